import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DigestTable } from "./digestTable";

const digest = (text: string | number) => createHash("sha256").update(String(text)).digest();

describe("a table of digests", () => {
    it("tells which of its digests were met, of as many as it has room for", () => {
        const table = new DigestTable(5_000);
        for (let number = 0; number < 5_000; number += 1) table.add(digest(number));
        table.add(digest(17));
        expect(table.size).toBe(5_000);
        for (let number = 0; number < 10_000; number += 2) table.meet(digest(number));
        const met = Array.from({ length: 5_000 }, (_, number) => number).filter((number) =>
            table.wasMet(digest(number)),
        );
        expect(met).toEqual(Array.from({ length: 2_500 }, (_, index) => index * 2));
    });

    it("refuses more than it has room for, rather than to look for a place for ever", () => {
        const table = new DigestTable(16);
        for (let number = 0; number < 16; number += 1) table.add(digest(number));
        expect(() => table.add(digest("one more"))).toThrow("a table of 16 digests is full");
    });

    it("knows nothing of what was in it before it was cleared", () => {
        const table = new DigestTable(16);
        table.add(digest("a"));
        table.meet(digest("a"));
        table.clear();
        table.add(digest("a"));
        expect([table.size, table.wasMet(digest("a"))]).toEqual([1, false]);
    });
});
