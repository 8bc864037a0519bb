import { describe, expect, it } from "vitest";
import { reachedPhase, whyNotRaise, whyNotToPhase } from "./phaseGuard";
import { testRoadmap } from "./testing/roadmap";

const to = (outputs: Record<string, unknown> | undefined, wanted: number, allowLowering = false) =>
    whyNotToPhase("dr", reachedPhase(outputs), wanted, allowLowering, testRoadmap);

describe("whyNotToPhase", () => {
    it("lets a stack begin, stay and rise", () => {
        expect(to(undefined, 10)).toBeUndefined();
        expect(to({ phase: 12 }, 12)).toBeUndefined();
        expect(to({ phase: 10 }, 13)).toBeUndefined();
    });

    it("refuses to lower, and says how to stay and how to do it on purpose", () => {
        expect(to({ phase: 13 }, 11)).toBe(
            [
                "stack dr is at phase 13 (warm standby) and its configuration says 11: that would delete what the phases above 11 made.",
                "  allowed: phase 13 or higher",
                "  to do: pulumi config set --stack dr project:phase 13; or, to delete on purpose, pulumi config set --stack dr project:allowPhaseLowering true",
            ].join("\n"),
        );
    });

    it("lowers where the settings allow it", () => {
        expect(to({ phase: 13 }, 11, true)).toBeUndefined();
    });

    it("takes a former output that is no phase for none", () => {
        expect(to({ phase: "thirteen" }, 10)).toBeUndefined();
        expect(to({ phase: 12, unfinished: "yes" }, 12)).toBeUndefined();
    });

    it("lets a raise that failed be repeated, and go higher", () => {
        expect(to({ phase: 12, unfinished: { phase: 13 } }, 13)).toBeUndefined();
        expect(to({ unfinished: { phase: 10 } }, 11)).toBeUndefined();
    });

    it("refuses to go back after a raise that failed, because that deletes what it made", () => {
        expect(to({ phase: 12, unfinished: { phase: 13 } }, 12)).toBe(
            [
                "stack dr began an update to phase 13 (warm standby) that did not complete, from phase 12 (failover DNS), and its configuration says 12: that would delete what that update made.",
                "  allowed: phase 13 or higher",
                "  to do: pulumi config set --stack dr project:phase 13, then pulumi up --stack dr to complete it; or, to delete on purpose, pulumi config set --stack dr project:allowPhaseLowering true",
            ].join("\n"),
        );
        expect(to({ unfinished: { phase: 11 } }, 10)).toMatch(
            /^stack dr began an update to phase 11 \(external backup\) that did not complete, and /,
        );
        expect(to({ phase: 12, unfinished: { phase: 13 } }, 12, true)).toBeUndefined();
    });

    it("still counts the last complete phase after an update at it, or a lowering, that failed", () => {
        expect(to({ phase: 13, unfinished: { phase: 13 } }, 12)).toMatch(/^stack dr is at phase 13/);
        expect(to({ phase: 13, unfinished: { phase: 11 } }, 11)).toMatch(/^stack dr is at phase 13/);
    });
});

describe("whyNotRaise", () => {
    const incomplete = new Map([["dr", 12]]);
    const raise = (outputs: Record<string, unknown> | undefined, wanted: number, others = incomplete) =>
        whyNotRaise("witness", reachedPhase(outputs), wanted, others);

    it("refuses a raise, and a first update, while the update of another stack is incomplete", () => {
        const message = [
            "stack witness cannot be raised to phase 13: the last update of stack dr, to phase 12, did not complete.",
            "  to do: pulumi up --stack dr, then this again",
        ].join("\n");
        expect(raise(undefined, 13)).toBe(message);
        expect(raise({ phase: 12 }, 13)).toBe(message);
    });

    it("lets a stack be updated at its phase, repeat a raise that failed, and be raised beside complete stacks", () => {
        expect(raise({ phase: 13 }, 13)).toBeUndefined();
        expect(raise({ phase: 12, unfinished: { phase: 13 } }, 13)).toBeUndefined();
        expect(raise({ phase: 12 }, 13, new Map())).toBeUndefined();
    });
});
