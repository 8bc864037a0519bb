import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { enoughCheckers, judgeProbe, learn, statusOf, type Observations } from "./health";
import type { Check, EndpointCheck, MetricCheck } from "./model";

const endpoint = (id: string, extra: Partial<EndpointCheck> = {}): EndpointCheck => ({
    id,
    name: id,
    kind: "endpoint",
    disabled: false,
    inverted: false,
    protocol: "HTTPS",
    host: `${id}.test`,
    port: 443,
    path: "/health",
    interval: 10,
    threshold: 3,
    regions: ["us-east-1", "eu-west-1", "sa-east-1"],
    ...extra,
});

function observed(checks: readonly Check[], well: readonly string[], alarm?: Observations["alarm"]): Observations {
    return {
        endpoint: (check) => well.includes(check.id),
        alarm: alarm ?? (() => ({ state: "OK" })),
        check: (id) => checks.find((check) => check.id === id)!,
    };
}

describe("judgeProbe", () => {
    it.each([
        ["5.9 s in all", { connect: 3.95, respond: 1.95, status: 200 }, true],
        ["6.1 s in all", { connect: 4.05, respond: 2.05, status: 200 }, false],
        ["a fast connection and a slow answer", { connect: 0.1, respond: 2.1, status: 200 }, false],
        ["a redirect", { connect: 0.1, respond: 0.1, status: 302 }, true],
        ["an error of the server", { connect: 0.1, respond: 0.1, status: 503 }, false],
    ])("%s", (_title, result, passed) => {
        expect(judgeProbe(endpoint("a"), result).passed).toBe(passed);
    });

    it("takes 4 s to give up on a silent region, and no time on a refused connection", () => {
        expect(judgeProbe(endpoint("a"), { connect: "silent" }).after).toBe(4);
        expect(judgeProbe(endpoint("a"), { connect: "refused" }).after).toBe(0);
    });

    it("searches the first 5,120 bytes only", () => {
        const check = endpoint("a", { searchString: "ready" });
        const at = (offset: number) => ({ connect: 0, respond: 0, status: 200, body: `${"x".repeat(offset)}ready` });
        expect(judgeProbe(check, at(5_115)).passed).toBe(true);
        expect(judgeProbe(check, at(5_116)).passed).toBe(false);
        expect(judgeProbe(check, { ...at(0), bodyAfter: 2.5 })).toMatchObject({ passed: false, after: 2 });
    });

    it("never knows later than 6 s after the request, and 8 s with a body to search", () => {
        const time = fc.oneof(fc.constant("silent" as const), fc.double({ min: 0, max: 100, noNaN: true }));
        fc.assert(
            fc.property(
                time,
                time,
                fc.option(fc.constant("x"), { nil: undefined }),
                (connect, respond, searchString) => {
                    const { after } = judgeProbe(
                        { protocol: "HTTPS", searchString },
                        { connect, respond, status: 200, bodyAfter: 50 },
                    );
                    expect(after).toBeLessThanOrEqual(searchString === undefined ? 6 : 8);
                },
            ),
        );
    });
});

describe("enoughCheckers", () => {
    it("needs more than 18 %: 3 of 16, and 2 of 16 is too few", () => {
        expect(enoughCheckers(3, 16)).toBe(true);
        expect(enoughCheckers(2, 16)).toBe(false);
        expect(enoughCheckers(18, 100)).toBe(false);
        expect(enoughCheckers(19, 100)).toBe(true);
    });
});

describe("learn", () => {
    it("turns only after as many answers in a row as the threshold says, in both directions", () => {
        fc.assert(
            fc.property(
                fc.array(fc.boolean(), { maxLength: 60 }),
                fc.integer({ min: 1, max: 10 }),
                fc.boolean(),
                (answers, threshold, start) => {
                    const opinion = { healthy: start, against: 0 };
                    let healthy = start;
                    answers.forEach((passed, index) => {
                        learn(opinion, passed, threshold);
                        const last = answers.slice(Math.max(0, index + 1 - threshold), index + 1);
                        if (last.length === threshold && last.every((one) => one === last[0])) healthy = passed;
                        expect(opinion.healthy).toBe(healthy);
                    });
                },
            ),
        );
    });
});

describe("statusOf", () => {
    it("inverts what is observed, but a disabled check is healthy whatever else is set", () => {
        for (const well of [true, false]) {
            for (const inverted of [true, false]) {
                const check = endpoint("a", { inverted });
                expect(statusOf(check, observed([check], well ? ["a"] : []))).toBe(well !== inverted);
                expect(statusOf({ ...check, disabled: true }, observed([check], well ? ["a"] : []))).toBe(true);
            }
        }
    });

    it("counts healthy children against the threshold; 0 is always healthy, more than there are never", () => {
        fc.assert(
            fc.property(
                fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
                fc.integer({ min: 0, max: 14 }),
                (states, threshold) => {
                    const children = states.map((_, index) => endpoint(String(index)));
                    const parent: Check = {
                        id: "parent",
                        name: "parent",
                        kind: "calculated",
                        disabled: false,
                        inverted: false,
                        children: children.map(({ id }) => id),
                        threshold,
                    };
                    const well = children.filter((_, index) => states[index]).map(({ id }) => id);
                    expect(statusOf(parent, observed(children, well))).toBe(well.length >= threshold);
                },
            ),
        );
    });

    it.each([
        ["OK", "Unhealthy", undefined, true],
        ["ALARM", "Healthy", undefined, false],
        ["INSUFFICIENT_DATA", "Healthy", "ALARM", true],
        ["INSUFFICIENT_DATA", "Unhealthy", "OK", false],
        ["INSUFFICIENT_DATA", "LastKnownStatus", "ALARM", false],
        ["INSUFFICIENT_DATA", "LastKnownStatus", undefined, true],
    ] as const)(
        "follows an alarm whose data say %s, with %s for missing data and %s known last",
        (state, insufficientData, lastKnown, healthy) => {
            const check: MetricCheck = {
                id: "m",
                name: "m",
                kind: "metric",
                disabled: false,
                inverted: false,
                alarm: "latch",
                region: "us-west-2",
                insufficientData,
            };
            expect(
                statusOf(
                    check,
                    observed([check], [], () => ({ state, lastKnown })),
                ),
            ).toBe(healthy);
        },
    );
});
