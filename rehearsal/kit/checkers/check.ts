import type { Check } from "../../../report/result";

/** A check whose expectation is a sentence. */
export function check(id: string, title: string, passed: boolean, expected: string, actual: string): Check {
    return { id, title, passed, expected, actual };
}

/** A check that two things are the same, told in words. */
export function same(id: string, title: string, expected: string, actual = "not reached"): Check {
    return check(id, title, expected === actual, expected, actual);
}
