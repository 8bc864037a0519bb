import fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { History } from "./history";

let dir: string;
beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "history-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A history on a clock that the test moves, in milliseconds. */
function historyAt(start: number, file?: string) {
    let now = start;
    const history = new History({ drill: "drill", seed: 7, now: () => now, ...(file ? { file } : {}) });
    return { history, move: (by: number) => (now += by), now: () => now };
}

describe("a drill's history", () => {
    it("keeps what happened in the order in which it began, with times since the beginning", () => {
        const { history, move } = historyAt(1_000_000);
        move(500);
        const restart = history.happened("nats-0", "restarts");
        move(1_000);
        history.happened("clients", "write", "good", { seq: 3 });
        move(500);
        history.ended(restart);
        expect(history.lines).toEqual([
            { n: 0, at: 0.5, lane: "nats-0", label: "restarts", tone: "neutral" },
            { n: 1, at: 1.5, lane: "clients", label: "write", tone: "good", data: { seq: 3 } },
            { n: 2, at: 2, ends: 0 },
        ]);
        expect(history.print()).toEqual([
            "    0.500 s  nats-0: restarts",
            "    1.500 s  clients: write",
            "    2.000 s  nats-0: restarts: done",
        ]);
    });

    it("draws its timeline from the disruption, a span where something ended", () => {
        const { history, move, now } = historyAt(0);
        const restart = history.happened("nats-0", "restarts");
        move(2_000);
        history.ended(restart, "port in use");
        const lost = now();
        history.happened("nats-0", "is lost", "bad");
        expect(history.timeline(lost)).toEqual([
            { lane: "nats-0", label: "restarts", at: -2, until: 0, tone: "neutral" },
            { lane: "nats-0", label: "is lost", at: 0, tone: "bad" },
        ]);
    });

    it("only ever appends to its file: after each line the earlier ones are what they were", () => {
        fc.assert(
            fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 8 }), (events) => {
                const file = path.join(dir, "history.jsonl");
                const { history } = historyAt(0, file);
                let before = readFileSync(file, "utf8");
                expect(JSON.parse(before)).toEqual({ drill: "drill", seed: 7 });
                for (const [lane, label] of events) {
                    history.happened(lane, label);
                    const after = readFileSync(file, "utf8");
                    expect(after.startsWith(before)).toBe(true);
                    expect(JSON.parse(after.slice(before.length))).toMatchObject({ lane, label });
                    before = after;
                }
            }),
            { numRuns: 30 },
        );
    });
});
