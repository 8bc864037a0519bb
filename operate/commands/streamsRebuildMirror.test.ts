import { describe, expect, it } from "vitest";
import { kgents } from "../../infra/kgents";
import type { MirrorComparison } from "../streams/mirrorComparison";
import { UsageError } from "./command";
import { discardRefusals, discards, renderDifference } from "./streamsRebuildMirror";

const found: MirrorComparison = {
    mirror: "EVENTS_MIRROR",
    origin: "EVENTS",
    compared: 35,
    different: 2,
    firstDifferent: 21,
    ahead: 0,
    mirrorOnly: 2,
};
const shown = [{ seq: 21, id: "m-21", subject: "events.x", time: new Date("2026-01-31T03:00:00Z") }];

describe("a mirror that differs from its origin", () => {
    it("is shown with the reason, and with the messages that only it has", () => {
        expect(renderDifference(found, shown)).toEqual([
            "EVENTS_MIRROR is no copy of EVENTS: 2 of 35 messages differ, the first at 21.",
            "  EVENTS was restored or made anew. Only EVENTS_MIRROR has 2 messages.",
            "  seq  id    subject   stored (UTC)",
            "   21  m-21  events.x  2026-01-31T03:00:00.000Z",
            "  … and 1 more: --limit, or --file for all",
            "",
        ]);
        expect(renderDifference({ ...found, different: 0, ahead: 10 }, []).join(" ")).toContain(
            "it ends 10 messages after its origin.",
        );
    });

    it("goes only with as many messages of its own as were named", () => {
        expect(discardRefusals(found)).toEqual([
            expect.stringMatching(/EVENTS_MIRROR holds 2 messages that EVENTS lacks, .*add --discard EVENTS_MIRROR=2$/),
        ]);
        expect(discardRefusals(found, 1)).toEqual([expect.stringContaining("lacks, not 1, and")]);
        expect(discardRefusals(found, 2)).toEqual([]);
        expect(discardRefusals({ ...found, mirrorOnly: 0 })).toEqual([]);
    });

    it("is named by its own name, with a whole number", () => {
        const of = (...discard: string[]) => [...discards({ profile: kgents, options: { discard } })];
        expect(of()).toEqual([]);
        expect(of("EVENTS_MIRROR=10", "AGENTESE_MIRROR=1")).toEqual([
            ["EVENTS_MIRROR", 10],
            ["AGENTESE_MIRROR", 1],
        ]);
        for (const wrong of ["10", "EVENTS=10", "EVENTS_MIRROR", "EVENTS_MIRROR=0", "EVENTS_MIRROR=all"]) {
            expect(() => of(wrong)).toThrow(
                new UsageError(
                    `--discard is "${wrong}"; allowed: AGENTESE_MIRROR=N, EVENTS_MIRROR=N, N being the number of messages that go.`,
                ),
            );
        }
    });
});
