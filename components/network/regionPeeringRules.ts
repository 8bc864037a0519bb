import { isPrivate, overlaps, parseCidr } from "../model/cidr";

/** A network's range and whose it is, for messages: "us-west-2". */
export interface NetworkRange {
    readonly owner: string;
    readonly cidr: string;
}

/** What is wrong with ranges that are to be routed to one another: each pair that overlaps, each one that is none. */
export function validateNoOverlap(ranges: readonly NetworkRange[]): string[] {
    const readable = ranges.flatMap((range) => {
        const cidr = parseCidr(range.cidr);
        return cidr ? [{ ...range, parsed: cidr }] : [];
    });
    const unreadable = ranges.filter(({ cidr }) => {
        const parsed = parseCidr(cidr);
        return !parsed || !isPrivate(parsed);
    });
    return [
        ...unreadable.map(
            ({ owner, cidr }) =>
                `cidr of ${owner}: ${JSON.stringify(cidr)} found; allowed is a private range (RFC 1918), such as 10.20.0.0/16`,
        ),
        ...readable.flatMap((one, index) =>
            readable
                .slice(index + 1)
                .filter((other) => overlaps(one.parsed, other.parsed))
                .map(
                    (other) =>
                        `cidr of ${one.owner}: ${one.cidr} overlaps ${other.cidr} of ${other.owner}, and a peering cannot route between the two; ` +
                        "give one of them another range",
                ),
        ),
    ];
}
