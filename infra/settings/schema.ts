import { z } from "zod";
import { isPrivate, overlaps, parseCidr, vpcPrefixes } from "../cidr";

/**
 * Building blocks of the settings. The message of every schema is what is allowed, with an example: the reader of
 * an error gets the value found and the way to change it beside it (`readSettings`).
 */

/** An object whose keys are all known; a key that is not gets the nearest one proposed. */
export function section<const Shape extends z.ZodRawShape>(shape: Shape) {
    const keys = Object.keys(shape);
    return z.strictObject(shape, { error: `an object with the keys ${keys.join(", ")}` });
}

export function wholeNumber(from: number, to: number) {
    const allowed = `a whole number from ${from} to ${to}`;
    return z.int(allowed).min(from, allowed).max(to, allowed);
}

export function oneOf<const Values extends readonly [string, ...string[]]>(...values: Values) {
    return z.enum(values, { error: values.map((value) => `"${value}"`).join(" or ") });
}

export function yesOrNo() {
    return z.boolean("true or false");
}

export function matching(pattern: RegExp, allowed: string) {
    return z.string(allowed).regex(pattern, allowed);
}

export function listOf<Item extends z.ZodType>(item: Item, what: string, { atLeast = 0 } = {}) {
    const allowed = `a list of ${what}${atLeast > 0 ? `, ${atLeast} or more` : ""}`;
    return z.array(item, allowed).min(atLeast, allowed);
}

/** A VPC's range. */
export function vpcCidr() {
    const allowed = `a private range (RFC 1918) from /${vpcPrefixes.shortest} to /${vpcPrefixes.longest} that starts at its first address, such as 10.20.0.0/16`;
    return z.string(allowed).refine((text) => {
        const cidr = parseCidr(text);
        return (
            cidr !== undefined &&
            isPrivate(cidr) &&
            cidr.prefix >= vpcPrefixes.shortest &&
            cidr.prefix <= vpcPrefixes.longest
        );
    }, allowed);
}

/** A range of public addresses that may reach something; the whole internet is refused. */
export function callerCidr() {
    const allowed = "a range of addresses that is not the whole internet, such as 203.0.113.0/24";
    return z.string(allowed).refine((text) => {
        const cidr = parseCidr(text);
        return cidr !== undefined && cidr.prefix > 0;
    }, allowed);
}

/** Whether two ranges, both valid, share an address. */
export function rangesOverlap(one: string, other: string): boolean {
    return overlaps(parseCidr(one)!, parseCidr(other)!);
}
