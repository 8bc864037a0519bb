import { describe, expect, it } from "vitest";
import { SequenceSet } from "./sequenceSet";

describe("a set of sequences", () => {
    it("holds what was added and not deleted, each once, on both sides of a page's end", () => {
        const set = new SequenceSet();
        for (const seq of [1, 31, 32, 65_535, 65_536, 65_536, 1e12]) set.add(seq);
        expect(set.size).toBe(6);
        expect([1, 2, 31, 32, 65_535, 65_536, 65_537, 1e12].map((seq) => set.has(seq))).toEqual(
            [true, false, true, true, true, true, false, true], // prettier-ignore
        );
        expect([set.delete(32), set.delete(32), set.delete(7), set.delete(1e12)]).toEqual([true, false, false, true]);
        expect([set.size, set.has(32), set.has(31)]).toEqual([4, false, true]);
    });

    it("finds the least one from a sequence on, over pages that hold none", () => {
        const set = new SequenceSet();
        for (const seq of [400_000, 5, 200_000]) set.add(seq);
        expect([1, 5, 6, 200_001, 400_001].map((seq) => set.next(seq))).toEqual([5, 5, 200_000, 400_000, undefined]);
        expect(new SequenceSet().next(1)).toBeUndefined();
    });
});
