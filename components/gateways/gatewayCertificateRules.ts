import { X509Certificate } from "node:crypto";
import { days, formatDuration, type Seconds } from "../model/duration";
import type { RegionProfile, SystemProfile } from "../model/profile";
import type { GatewayDomain } from "../nats/natsMember";
import { gatewayEndpoints } from "./gatewayAddresses";

/** Names in Secrets Manager; the same in every region that holds a replica. */
export function gatewaySecrets(profile: Pick<SystemProfile, "name">) {
    const folder = `${profile.name}/nats-gateway`;
    return {
        /** Certificates and keys of the authority. Read by the operator's command, and by nothing that is deployed. */
        authority: `${folder}/authority`,
        /** `PublishedCertificates` as JSON: no key in it, so the program may read it. */
        published: `${folder}/certificates`,
        /** `tls.crt`, `tls.key` and `ca.crt` of one region's servers, as JSON. */
        member: (region: Pick<RegionProfile, "short">) => `${folder}/${region.short}`,
    } as const;
}

/** The public halves of all that was issued. */
export interface PublishedCertificates {
    /** The bundle that members trust, PEM: one authority, or two while it is rotated. */
    readonly authority: string;
    /** Each region's certificate, PEM, by the region's short name. */
    readonly members: Readonly<Record<string, string>>;
}

/** How a certificate may be used, by OID: gateways are client and server at once. */
const uses = { "1.3.6.1.5.5.7.3.1": "serverAuth", "1.3.6.1.5.5.7.3.2": "clientAuth" } as const;

/** A certificate with less time left is worth a warning. */
export const renewBefore: Seconds = days(60);

/** One with less than this is a fault: `gateway-ca status` fails, and the standby's canary pages. */
export const renewAtLatest: Seconds = days(30);

/** The certificates of a PEM bundle; undefined if it holds anything that cannot be read. */
export function readBundle(pem: string): X509Certificate[] | undefined {
    const blocks = pem.match(/-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g) ?? [];
    try {
        return blocks.map((block) => new X509Certificate(block));
    } catch {
        return undefined;
    }
}

/**
 * What is wrong with the certificates of the gateways, all at once; empty if nothing is. A gateway that refuses its peers is found
 * out only when they connect, and then the standby is already half there.
 */
export function validateCertificates(
    published: PublishedCertificates,
    profile: GatewayDomain & Pick<SystemProfile, "regions">,
    now: Date = new Date(),
    servers?: number,
): string[] {
    const authorities = readBundle(published.authority);
    if (JSON.stringify(published).includes("PRIVATE KEY")) {
        return [
            "authority: a private key among the public certificates; make new certificates, as whoever could read this has the key",
        ];
    }
    if (published.authority.trim() === "" || authorities?.length === 0) {
        return ["authority: empty; without it no member trusts another: make it once with the gateway CA command"];
    }
    if (authorities === undefined)
        return ["authority: not a PEM certificate; store the bundle as the gateway CA command writes it"];
    return [
        ...authorities.flatMap((certificate) => authorityIssues(certificate, now)),
        ...Object.values(profile.regions).flatMap((region) =>
            memberIssues(published, authorities, profile, region, now, servers),
        ),
    ];
}

export interface RenewalLimits {
    /** Less time left than this is told, in seconds. @default renewBefore */
    readonly within?: Seconds;
    /** Less than this is told by somebody else. @default 0 */
    readonly notWithin?: Seconds;
}

/** Certificates that are fine today and soon are not. */
export function certificatesToRenew(
    published: PublishedCertificates,
    now: Date = new Date(),
    { within = renewBefore, notWithin = 0 }: RenewalLimits = {},
): string[] {
    const entries: [string, string][] = [
        ["authority", published.authority],
        ...Object.entries(published.members).map(([short, pem]): [string, string] => [`members.${short}`, pem]),
    ];
    return entries.flatMap(([key, pem]) =>
        (readBundle(pem) ?? [])
            .map((certificate) => ({
                certificate,
                left: Math.floor((certificate.validToDate.getTime() - now.getTime()) / 1000),
            }))
            .filter(({ left }) => left > 0 && left >= notWithin && left < within)
            .map(
                ({ certificate }) =>
                    `${key}: ends on ${dayOf(certificate.validToDate)}, in less than ${formatDuration(within)}: renew it`,
            ),
    );
}

function authorityIssues(certificate: X509Certificate, now: Date): string[] {
    const issues = timeIssues("authority", certificate, now);
    return certificate.ca
        ? issues
        : [
              ...issues,
              `authority: ${nameOf(certificate)} is no authority (basicConstraints); it cannot vouch for members`,
          ];
}

function memberIssues(
    published: PublishedCertificates,
    authorities: readonly X509Certificate[],
    profile: GatewayDomain,
    region: RegionProfile,
    now: Date,
    servers?: number,
): string[] {
    const key = `members.${region.short}`;
    const [certificate] = readBundle(published.members[region.short] ?? "") ?? [];
    if (certificate === undefined)
        return [`${key}: no certificate for ${region.name}; issue one with the gateway CA command`];
    const missing = Object.entries(uses).filter(([oid]) => !certificate.keyUsage?.includes(oid));
    const unnamed = gatewayEndpoints(profile, region, servers).filter(
        ({ host }) => certificate.checkHost(host) === undefined,
    );
    return [
        ...timeIssues(key, certificate, now),
        ...(authorities.some((authority) => isIssuer(authority, certificate))
            ? []
            : [`${key}: not issued by an authority of the bundle; the other members would refuse it`]),
        ...missing.map(([, use]) => `${key}: may not be used for ${use}; a gateway is client and server at once`),
        ...unnamed.map(
            ({ host }) => `${key}: does not name ${host}, which the server advertises; issue it for that name too`,
        ),
    ];
}

export function isIssuer(authority: X509Certificate, certificate: X509Certificate): boolean {
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function timeIssues(key: string, certificate: X509Certificate, now: Date): string[] {
    if (certificate.validToDate <= now)
        return [`${key}: expired on ${dayOf(certificate.validToDate)}; issue a new one with the gateway CA command`];
    if (certificate.validFromDate > now)
        return [
            `${key}: not valid before ${dayOf(certificate.validFromDate)}; check the clock of the machine that issued it`,
        ];
    return [];
}

function nameOf(certificate: X509Certificate): string {
    return certificate.subject.replace(/\n/g, ", ");
}

function dayOf(date: Date): string {
    return date.toISOString().slice(0, 10);
}
