import { expect, it } from "vitest";
import { controlStep, drillStep, phaseStep, takeDownStep, type RehearsalEvent } from "./events";
import { plainLines } from "./plainLines";

const phase = phaseStep({ id: 12, title: "failover DNS" });
const drill = drillStep({ id: "loss", title: "Loss of one NATS server" });
const sabotaged = drillStep({ id: "loss", title: "Loss of one NATS server" }, { id: "one", title: "a single server" });
const control = controlStep({ id: "one", title: "a single server" });

it.each<[RehearsalEvent, string]>([
    [{ kind: "begins", step: phase }, "phase 12, failover DNS"],
    [{ kind: "says", text: "dr up: 12 create (2.1 s; 0 violations)" }, "dr up: 12 create (2.1 s; 0 violations)"],
    [{ kind: "begins", step: drill }, "drill: Loss of one NATS server"],
    [{ kind: "begins", step: sabotaged }, "drill: Loss of one NATS server, sabotaged: a single server"],
    [{ kind: "says", step: drill, text: "NATS: 3 servers" }, "NATS: 3 servers"],
    [{ kind: "ends", step: control, passed: true }, "negative control: a single server: red, as it has to be"],
    [{ kind: "ends", step: control, passed: false }, "negative control: a single server: NOT red"],
])("%j is a line after its seconds", (event, text) => {
    const lines: string[] = [];
    plainLines((line) => lines.push(line))(event);
    expect(lines).toEqual([expect.stringMatching(/^ {3}\d\.\d s {2}/)]);
    expect(lines[0]!.slice(10)).toBe(text);
});

it.each<RehearsalEvent>([
    { kind: "plan", steps: [phase, takeDownStep, drill, control] },
    { kind: "ends", step: phase, passed: true },
    { kind: "ends", step: drill, passed: false },
    { kind: "begins", step: control },
    { kind: "begins", step: takeDownStep },
])("%j has no line, as another one says it or the report does", (event) => {
    const lines: string[] = [];
    plainLines((line) => lines.push(line))(event);
    expect(lines).toEqual([]);
});
