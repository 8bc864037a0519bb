import { describe, expect, it } from "vitest";
import { controlStep, drillStep, phaseStep, takeDownStep, type Step } from "./events";
import { clockText, controlsText, drillsText, stageText } from "./rowTexts";
import type { StepState } from "./runState";

const step = (of: Step, state: StepState["state"], seconds = 0, said?: string): StepState => ({
    step: of,
    state,
    seconds,
    said,
});
const dns = phaseStep({ id: 12, title: "failover DNS" });
const drills = ["a", "b", "c", "d", "e", "f", "g"].map((id) => drillStep({ id, title: `Drill ${id}` }));
const controls = ["one", "two", "three"].map((id) => controlStep({ id, title: `sabotage ${id}` }));
const last = { seconds: 100, steps: { [dns.id]: 14.4, [drills[1]!.id]: 94, [controls[0]!.id]: 5 } };

describe("stageText", () => {
    it.each([
        ["its name while it waits", step(dns, "waiting"), "phase 12, failover DNS"],
        [
            "the time of now and of the last run",
            step(dns, "running", 4),
            "phase 12, failover DNS (4 s, last time 14 s)",
        ],
        ["how long it took", step(dns, "passed", 61), "phase 12, failover DNS (1 min 1 s)"],
        ["that a check failed", step(dns, "failed", 15), "phase 12, failover DNS: a check FAILED (15 s)"],
        ["a step without a last time", step(takeDownStep, "running", 120), "take everything down (2 min)"],
    ])("has %s", (_, stage, title) => {
        expect(stageText(stage, last)).toEqual({ title, details: [] });
    });

    it("has beneath it what the engine said last, while it runs", () => {
        expect(stageText(step(dns, "running", 4, "dr up: 3 same"), last).details).toEqual(["dr up: 3 same"]);
        expect(stageText(step(dns, "passed", 4, "dr up: 3 same"), last).details).toEqual([]);
    });

    it("says of a run that was interrupted where it was left", () => {
        expect(stageText(step(dns, "running", 4, "dr up: 3 same"), last, true)).toEqual({
            title: "phase 12, failover DNS: not finished (4 s)",
            details: [],
        });
    });
});

describe("drillsText", () => {
    it("counts those that passed, and names those that run and that failed", () => {
        const states = [
            step(drills[0]!, "passed", 26),
            step(drills[1]!, "running", 12, "NATS: the region's links are cut"),
            step(drills[2]!, "failed", 3, "NATS: 3 servers"),
            step(drills[3]!, "waiting"),
        ];
        expect(drillsText(states, last)).toEqual({
            title: "drills: 1 of 4 passed",
            details: ["Drill b (12 s, last time 1 min 34 s)", "  NATS: the region's links are cut", "FAILED: Drill c"],
        });
    });

    it("shows at most five lines, what runs first", () => {
        const states = [...drills.slice(1).map((one) => step(one, "failed")), step(drills[0]!, "running", 1)];
        expect(drillsText(states, last).details).toEqual([
            "Drill a (1 s)",
            "FAILED: Drill b",
            "FAILED: Drill c",
            "FAILED: Drill d",
            "and 3 more",
        ]);
    });
});

describe("controlsText", () => {
    it("counts those that turned red, and names those that run and that did not", () => {
        const states = [
            step(controls[0]!, "running", 2),
            step(controls[1]!, "failed", 3),
            step(controls[2]!, "passed", 3),
        ];
        expect(controlsText(states, last)).toEqual({
            title: "negative controls: 1 of 3 red, as they have to be",
            details: ["sabotage one (2 s, last time 5 s)", "NOT red: sabotage two"],
        });
    });
});

describe("clockText", () => {
    it.each([
        [112, 183, "1 min 52 s, about 3 min 10 s left"],
        [112, 180, "1 min 52 s, about 3 min left"],
        [112, 41, "1 min 52 s, about 45 s left"],
        [112, 0.2, "1 min 52 s, about 5 s left"],
        [112, 0, "1 min 52 s, longer than the last run of these options"],
        [9, undefined, "9 s (an estimate needs a finished run of these options)"],
    ])("after %d s with %s s left is %j", (seconds, left, text) => {
        expect(clockText(seconds, left)).toBe(text);
    });
});
