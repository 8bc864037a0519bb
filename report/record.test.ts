import { describe, expect, it } from "vitest";
import { rehearsalRecord } from "./record";
import { recordSchema } from "./schema";

const facts = { startedAt: "2026-07-30T09:15:00.123Z", revision: "8d5e9d6c0ffee000", scenario: "loss of the region" };

describe("the record of a rehearsal", () => {
    it("has an identifier made of start and revision, and leaves to people what only they can say", () => {
        const record = rehearsalRecord({ ...facts, settings: {} });
        expect(recordSchema.parse(record)).toEqual(record);
        expect(record).toMatchObject({
            id: "20260730T091500Z-8d5e9d6c0ffe",
            lead: null,
            observers: [],
            signedOffBy: null,
            signedOffOn: null,
        });
    });

    it("has one hash for the same settings in any order, another one for others", () => {
        const hash = (settings: unknown) => rehearsalRecord({ ...facts, settings }).configHash;
        expect(hash({ a: 1, b: { c: [1, 2], d: 3 } })).toBe(hash({ b: { d: 3, c: [1, 2] }, a: 1 }));
        expect(hash({ a: 1 })).not.toBe(hash({ a: 2 }));
        expect(hash({ a: [1, 2] })).not.toBe(hash({ a: [2, 1] }));
    });
});
