import { createHash } from "node:crypto";

/** Kinds of things whose names are put together from a system's, and the most characters that each may have (AWS's own limits). */
export const nameLimits = {
    "load balancer": 32,
    "target group": 32,
    // A project's name begins those of its applications, which Argo CD puts into labels.
    "Argo CD project": 42,
    bucket: 63,
    "node group": 63,
    "bucket metric": 64,
    "CloudFront function": 64,
    "IAM role": 64,
    "Lambda function": 64,
    cluster: 100,
    "instance profile": 128,
    "launch template": 128,
    alarm: 255,
    "host name": 253,
    topic: 256,
    // Without "alias/".
    "KMS alias": 250,
    secret: 512,
} as const;

export type NameKind = keyof typeof nameLimits;

/** What a name is made of, in its order: `["shop-dr", "gateways"]`. */
export type NameParts = readonly (string | number)[];

/** Of a hash, where a name is cut. */
const hashDigits = 8;

/**
 * The name of a thing in AWS: its parts with hyphens between them. A name that is too long for its kind is cut, and ends in eight
 * characters of a hash of the parts, so that two things never get one name: neither two that differ after the cut, nor two whose
 * parts are cut in different places.
 */
export function physicalName(kind: NameKind, parts: NameParts): string {
    const whole = parts.join("-");
    const most = nameLimits[kind];
    if (whole.length <= most) return whole;
    const hash = createHash("sha256")
        .update(JSON.stringify(parts.map(String)))
        .digest("hex")
        .slice(0, hashDigits);
    return `${whole.slice(0, most - hashDigits - 1).replace(/-+$/, "")}-${hash}`;
}

/** The name of a key's alias, with the beginning that AWS wants. */
export function kmsAlias(parts: NameParts): string {
    return `alias/${physicalName("KMS alias", parts)}`;
}
