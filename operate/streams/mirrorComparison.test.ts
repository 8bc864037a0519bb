import { describe, expect, it } from "vitest";
import { sampleDivergence, sampleOf } from "./mirrorComparison";
import type { StreamApi } from "./streamApi";

describe("a sample of a stream", () => {
    it("holds the first message and the last, and is dense at the end", () => {
        expect(sampleOf(1, 1)).toEqual([1]);
        expect(sampleOf(5, 9)).toEqual([5, 6, 7, 8, 9]);
        expect(sampleOf(1, 40)).toEqual([1, 7, 13, 18, 22, 25, 28, 30, 32, 33, 34, 35, 36, 37, 38, 39, 40]);
    });

    it("is of a few dozen messages, however long the stream", () => {
        expect(sampleOf(1, 1_000_000).length).toBeLessThan(64);
    });

    it.each([10, 100, 5_000])(
        "hits a run of %i messages that differ until four times as many came after it",
        (length) => {
            for (let after = 0; after < length * 4; after += Math.ceil(length / 10)) {
                const last = 20_000 + length + after;
                const hits = sampleOf(1, last).filter((seq) => seq > 20_000 && seq <= 20_000 + length);
                expect(hits, `${after} messages after it`).not.toEqual([]);
            }
        },
    );
});

describe("a look at a sample", () => {
    const apiOf = (messageAt: (stream: string, seq: number) => { time: string; subject: string } | undefined) =>
        ({ messageAt: async (stream: string, seq: number) => messageAt(stream, seq) }) as unknown as StreamApi;
    const time = "2026-01-31T03:00:00.000000001Z";

    it("finds the first message of another time, to the nanosecond, or of another subject", async () => {
        const other = (change: object) =>
            apiOf((stream, seq) => ({ time, subject: "t.x", ...(stream === "T_MIRROR" && seq >= 7 && change) }));
        for (const change of [{ time: "2026-01-31T03:00:00.000000002Z" }, { subject: "t.y" }]) {
            expect(await sampleDivergence(other(change), "T", "T_MIRROR", 1, 9)).toEqual({ seq: 7, sampled: 9 });
        }
        expect(await sampleDivergence(other({}), "T", "T_MIRROR", 1, 9)).toBeUndefined();
    });

    it("takes what one side's limits have discarded for no difference", async () => {
        const discarded = apiOf((stream, seq) => (stream === "T" && seq === 1 ? undefined : { time, subject: "t.x" }));
        expect(await sampleDivergence(discarded, "T", "T_MIRROR", 1, 9)).toBeUndefined();
    });
});
