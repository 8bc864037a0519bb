import { hours, minutes, type Seconds } from "./duration";

const units: Record<string, Seconds> = { h: hours(1), m: minutes(1), s: 1, ms: 0.001 };

/** Reads a duration as Go and Kubernetes write it: "4h0m0s", "900s". NaN for anything else, so that no comparison holds. */
export function parseSeconds(text: string): Seconds {
    if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return Number.NaN;
    return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
        (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? Number.NaN),
        0,
    );
}
