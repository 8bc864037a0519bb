import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isWithin, ratios, summarise } from "./figure";
import { figureLines } from "./printFigures";

describe("a figure", () => {
    it("is the median of its samples, with least and most", () => {
        expect(summarise([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
        expect(summarise([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
        expect(() => summarise([])).toThrow("a figure needs at least one sample");
    });

    it("has half of its samples on either side of the median", () => {
        fc.assert(
            fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (samples) => {
                const { median, min, max } = summarise(samples);
                expect(samples.filter((sample) => sample < median).length).toBeLessThanOrEqual(samples.length / 2);
                expect(samples.filter((sample) => sample > median).length).toBeLessThanOrEqual(samples.length / 2);
                expect(min <= median && median <= max).toBe(true);
            }),
        );
    });

    it("is held against its limit by the median alone", () => {
        expect(isWithin({ samples: [1, 2, 90], limit: 2 })).toBe(true);
        expect(isWithin({ samples: [1, 3, 90], limit: 2 })).toBe(false);
        expect(isWithin({ samples: [1] })).toBeUndefined();
    });

    it("compares runs made side by side", () => {
        expect(ratios([3, 2], [2, 2])).toEqual([1.5, 1]);
        expect(() => ratios([1], [1, 2])).toThrow("1 samples cannot be held against 2");
    });

    it("is printed under the command that makes it", () => {
        const command = "npm run bench -- --only program-start";
        const lines = figureLines([
            { id: "a", title: "the program", unit: "s", samples: [1.2345, 1.5, 1.1], command },
            { id: "b", title: "times an empty one", unit: "×", samples: [1.6], limit: 1.5, command },
        ]);
        expect(lines).toEqual([
            "",
            command,
            "  figure              median  min – max    limit",
            "  the program         1.23 s  1.1 – 1.5",
            "  times an empty one   1.6 ×  1.6 – 1.6  ≤ 1.5 ×  MISSED",
        ]);
    });
});
