import { z } from "zod";
import { isPrivate, overlaps, parseCidr, vpcPrefixes } from "../../components/model/cidr";
import type { Phase } from "../../components/model/phase";
import type { Role } from "../../components/model/profile";

declare module "zod" {
    /** What docs/settings.md says of a setting, besides its description. */
    interface GlobalMeta {
        /** What is allowed, in the words of the error message. */
        allowed?: string;
        /** The stacks that read it, each from which phase on. Default: those of its section. */
        from?: Readonly<Partial<Record<Role, Phase>>>;
        /** What holds while it is not set, where it has no default. */
        unset?: string;
        /** Whether its default comes from the system. Default: false. */
        ofSystem?: boolean;
    }
}

/**
 * Building blocks of the settings. The message of every schema is what is allowed, with an example: the reader of
 * an error gets the value found and the way to change it beside it (`readSettings`).
 */

/** Every stack, from the baseline on. */
export const everywhere = { primary: 10, dr: 10, witness: 10 } as const;

/** An object whose keys are all known; a key that is not gets the nearest one proposed. */
export function section<const Shape extends z.ZodRawShape>(shape: Shape) {
    const keys = Object.keys(shape);
    return z.strictObject(shape, { error: `an object with the keys ${keys.join(", ")}` });
}

export function wholeNumber(from: number, to: number) {
    const allowed = `a whole number from ${from} to ${to}`;
    return z.int(allowed).min(from, allowed).max(to, allowed).meta({ allowed });
}

export function oneOf<const Values extends readonly [string, ...string[]]>(...values: Values) {
    const allowed = values.map((value) => `"${value}"`).join(" or ");
    return z.enum(values, { error: allowed }).meta({ allowed });
}

export function yesOrNo() {
    return z.boolean("true or false").meta({ allowed: "true or false" });
}

export function matching(pattern: RegExp, allowed: string) {
    return z.string(allowed).regex(pattern, allowed).meta({ allowed });
}

export function listOf<Item extends z.ZodType>(item: Item, what: string, { atLeast = 0 } = {}) {
    const allowed = `a list of ${what}${atLeast > 0 ? `, ${atLeast} or more` : ""}`;
    return z.array(item, allowed).min(atLeast, allowed).meta({ allowed });
}

/** The name of an object in Kubernetes, of a kind that the message says. */
export function objectName(what: string) {
    return matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, `the name of a ${what}`);
}

export function dnsName() {
    return matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "a DNS name in lower case, without a dot at its end");
}

/** The hosted zone that an alias record names: a load balancer's own. */
export function loadBalancerZoneId() {
    return matching(/^Z[A-Z0-9]+$/, "the id of a hosted zone, such as Z35SXDOTRQ7X7K");
}

export function ipAddresses() {
    return listOf(matching(/^\d{1,3}(\.\d{1,3}){3}$/, "an IPv4 address"), "IPv4 addresses", { atLeast: 1 });
}

/** A VPC's range. */
export function vpcCidr() {
    const allowed = `a private range (RFC 1918) from /${vpcPrefixes.shortest} to /${vpcPrefixes.longest} that starts at its first address, such as 10.20.0.0/16`;
    return z
        .string(allowed)
        .refine((text) => {
            const cidr = parseCidr(text);
            return (
                cidr !== undefined &&
                isPrivate(cidr) &&
                cidr.prefix >= vpcPrefixes.shortest &&
                cidr.prefix <= vpcPrefixes.longest
            );
        }, allowed)
        .meta({ allowed });
}

/** A range of public addresses that may reach something; the whole internet is refused. */
export function callerCidr() {
    const allowed = "a range of addresses that is not the whole internet, such as 203.0.113.0/24";
    return z
        .string(allowed)
        .refine((text) => {
            const cidr = parseCidr(text);
            return cidr !== undefined && cidr.prefix > 0;
        }, allowed)
        .meta({ allowed });
}

/** Whether two ranges, both valid, share an address. */
export function rangesOverlap(one: string, other: string): boolean {
    return overlaps(parseCidr(one)!, parseCidr(other)!);
}
