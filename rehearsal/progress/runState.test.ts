import { expect, it } from "vitest";
import { drillStep, phaseStep, takeDownStep } from "./events";
import { RunState } from "./runState";

const phase = phaseStep({ id: 10, title: "baseline" });
const drill = drillStep({ id: "loss", title: "Loss of one NATS server" });

it("adds up what each step did, said and took", () => {
    let now = 1_000;
    const run = new RunState(() => now);
    now += 5_000;
    run.take({ kind: "plan", steps: [phase, takeDownStep, drill] });
    run.take({ kind: "begins", step: phase });
    now += 2_000;
    run.take({ kind: "ends", step: phase, passed: true });
    run.take({ kind: "begins", step: drill });
    run.take({ kind: "says", step: drill, text: "NATS: 3 servers" });
    now += 1_500;
    expect(run.all()).toEqual([
        { step: phase, state: "passed", seconds: 2, said: undefined },
        { step: takeDownStep, state: "waiting", seconds: 0, said: undefined },
        { step: drill, state: "running", seconds: 1.5, said: "NATS: 3 servers" },
    ]);
    expect(run.steps("drill").map(({ step }) => step)).toEqual([drill]);
    expect([run.seconds, run.planSeconds]).toEqual([8.5, 3.5]);
});

it("takes what no step says for a line of the engine, which works for one step at a time", () => {
    const run = new RunState();
    run.take({ kind: "plan", steps: [phase, takeDownStep, drill] });
    run.take({ kind: "begins", step: phase });
    run.take({ kind: "begins", step: drill });
    run.take({ kind: "says", text: "dr up: 3 same" });
    run.take({ kind: "ends", step: phase, passed: true });
    run.take({ kind: "begins", step: takeDownStep });
    run.take({ kind: "says", text: "dr destroy: 3 delete" });
    expect(run.all().map(({ said }) => said)).toEqual(["dr up: 3 same", "dr destroy: 3 delete", undefined]);
});
