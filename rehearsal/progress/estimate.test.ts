import { describe, expect, it } from "vitest";
import { secondsLeft } from "./estimate";
import { phaseStep, takeDownStep } from "./events";
import type { StepState } from "./runState";

const phase = phaseStep({ id: 10, title: "baseline" });
const states = (phaseState: Partial<StepState>, takeDown: Partial<StepState> = {}): StepState[] => [
    { step: phase, state: "waiting", seconds: 0, ...phaseState },
    { step: takeDownStep, state: "waiting", seconds: 0, ...takeDown },
];
/** Two steps beside one another: 40 s of work in 30 s. */
const last = { seconds: 30, steps: { [phase.id]: 30, [takeDownStep.id]: 10 } };

describe("secondsLeft", () => {
    it.each([
        ["at the start, all that the last run took", states({}), 30],
        ["what is left of the work, at the rate of the last run", states({ state: "running", seconds: 20 }), 15],
        ["the longest step, if that takes longer", states({ state: "running", seconds: 2 }, { state: "passed" }), 28],
        ["nothing for a step that takes longer than it did", states({ state: "running", seconds: 99 }), 10],
        ["nothing for a step that failed early", states({ state: "failed", seconds: 1 }), 10],
        ["nothing when all has ended", states({ state: "passed" }, { state: "failed" }), 0],
    ])("is %s", (_, steps, expected) => {
        expect(secondsLeft(steps, last)).toBe(expected);
    });

    it("is unknown without an earlier run, and if a step is new since", () => {
        expect(secondsLeft(states({}), undefined)).toBeUndefined();
        expect(secondsLeft(states({}), { seconds: 30, steps: { [phase.id]: 30 } })).toBeUndefined();
    });
});
