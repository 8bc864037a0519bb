import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimesByNumber } from "./timesByNumber";

describe("the times of a run's numbered messages", () => {
    it("say what a map of identifiers says, in whatever order they are recorded", () => {
        const recorded = fc.array(fc.tuple(fc.nat(3_000), fc.double({ noNaN: true })), { maxLength: 200 });
        fc.assert(
            fc.property(recorded, (pairs) => {
                const times = new TimesByNumber("run");
                const map = new Map<number, number>();
                for (const [number, at] of pairs) {
                    times.record(number, at);
                    if (!map.has(number)) map.set(number, at);
                }
                const expected = [...map].sort(([a], [b]) => a - b).map(([number, at]) => [`run-${number}`, at]);
                expect([...times]).toEqual(expected);
                expect([...times.keys()]).toEqual(expected.map(([id]) => id));
                expect([...times.values()]).toEqual(expected.map(([, at]) => at));
                expect(times.size).toBe(map.size);
                for (const [id, at] of expected) expect(times.get(id as string)).toBe(at);
            }),
        );
    });

    it("know no identifier of another run, and none that was not recorded", () => {
        const times = new TimesByNumber("run");
        times.record(1, 5);
        for (const id of ["run-0", "run-2", "other-1", "run-1-1", "run-x", "run-"]) expect(times.has(id)).toBe(false);
        expect(times.has("run-1")).toBe(true);
    });

    it("keep the first time of a number", () => {
        const times = new TimesByNumber("run");
        times.record(1, 5);
        times.record(1, 6);
        expect([times.get("run-1"), times.size]).toEqual([5, 1]);
    });
});
