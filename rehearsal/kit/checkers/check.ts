import type { Check, Measurement, TimelineEvent } from "../../report/result";

/** What the parts of a drill found; the drill puts them together. */
export interface Findings {
    readonly checks: Check[];
    readonly measurements?: Measurement[];
    readonly timeline?: TimelineEvent[];
    readonly details?: Record<string, unknown>;
}

/** A check whose expectation is a sentence. */
export function check(id: string, title: string, passed: boolean, expected: string, actual: string): Check {
    return { id, title, passed, expected, actual };
}

/** A check that two things are the same, told in words. */
export function same(id: string, title: string, expected: string, actual: string | undefined): Check {
    return check(id, title, expected === actual, expected, actual ?? "nothing");
}
