import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cumulative, histogram, quantile } from "./statistics";

const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 400 });

describe("statistics of a distribution", () => {
    it("puts samples into bars with round borders", () => {
        expect(histogram([1, 2, 2, 9.5], 5)).toEqual([
            { from: 0, to: 2, count: 1 },
            { from: 2, to: 4, count: 2 },
            { from: 4, to: 6, count: 0 },
            { from: 6, to: 8, count: 0 },
            { from: 8, to: 10, count: 1 },
        ]);
    });

    it("counts every sample once, in few bars", () => {
        fc.assert(
            fc.property(samples, (values) => {
                const bins = histogram(values);
                expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length);
                expect(bins.length).toBeLessThanOrEqual(32);
            }),
        );
    });

    it("shows samples that are all the same", () => {
        expect(histogram([7, 7]).reduce((sum, bin) => sum + bin.count, 0)).toBe(2);
        expect(histogram([0])).toHaveLength(1);
    });

    it("rises from the least to the most sample, thinned", () => {
        fc.assert(
            fc.property(samples, (values) => {
                const steps = cumulative(values, 50);
                expect(steps.length).toBeLessThanOrEqual(52);
                expect(steps[0]?.value).toBe(Math.min(...values));
                expect(steps.at(-1)).toEqual({ value: Math.max(...values), share: 1 });
                expect(steps.every((step, index) => index === 0 || step.share > steps[index - 1]!.share)).toBe(true);
            }),
        );
    });

    it("takes the nearest rank for a quantile", () => {
        const values = [30, 10, 40, 20];
        expect([0, 0.5, 0.75, 0.99, 1].map((share) => quantile(values, share))).toEqual([10, 20, 30, 40, 40]);
    });
});
