import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ContractName } from "../components/model/contract";
import type { DrillResult, Measurement, NegativeControl } from "./result";
import { contracts, engineRuns, sampleFindings, sampleResult, serverLoss } from "./testing/sampleResult";
import { conclude, contractStandings, drillPassed, exitStatus, verdict, type Findings, type Reason } from "./verdict";

const failed = (check: DrillResult["checks"][number]) => ({ ...check, passed: false, actual: "9,999" });
const [upRun] = engineRuns.filter((run) => run.operation === "up");

function measured(name: ContractName, value: number): DrillResult {
    const measurement: Measurement = { id: name, title: name, value, unit: "s", contract: name };
    return { ...serverLoss, id: name, measurements: [measurement] };
}

const red: [title: string, findings: Partial<Findings>, reason: Reason][] = [
    [
        "a check of a drill failed",
        { drills: [{ ...serverLoss, checks: [failed(serverLoss.checks[0]!)] }] },
        {
            kind: "check",
            where: "server-loss",
            text: "Every acknowledged message is stored once: expected 10,000, found 9,999",
        },
    ],
    [
        "a check of the deployment failed",
        { checks: [failed(sampleFindings.checks[0]!)] },
        { kind: "check", where: undefined, text: "Phase 10 only creates: expected create, found 9,999" },
    ],
    [
        "a measured contract is broken",
        { drills: [measured("serverLossRecovery", 60.5)] },
        {
            kind: "contract",
            where: "serverLossRecovery",
            text: "writes accepted after the loss of one NATS server: 60.5 s, contract nats-server-loss is ≤ 1 min",
        },
    ],
    [
        "a lower bound is missed",
        { drills: [measured("backupRetention", 86_400)] },
        {
            kind: "contract",
            where: "backupRetention",
            text: "backups are kept: 1 d, contract backup-retention is ≥ 7 d",
        },
    ],
    [
        "a negative control stayed green",
        { controls: [{ ...sampleFindings.controls[0]!, turnedRed: false }] },
        { kind: "control", where: "one-server", text: 'One server instead of three: "all-stored" did not turn red' },
    ],
    [
        "an update violates a policy",
        { engine: [{ ...upRun!, violations: ["required-tags"] }] },
        { kind: "policy", where: "primary", text: "phase 10, up: required-tags is violated" },
    ],
    [
        "a policy could not look in a second update",
        { engine: [{ ...upRun!, operation: "preview again", unlooked: ["own-region"] }] },
        { kind: "policy", where: "primary", text: "phase 10, preview again: own-region could not look" },
    ],
    [
        "nothing was checked",
        { checks: [], drills: [] },
        { kind: "nothing judged", text: "the rehearsal checked nothing" },
    ],
    [
        "a drill checked nothing",
        { drills: [{ ...serverLoss, checks: [] }] },
        {
            kind: "nothing judged",
            where: "server-loss",
            text: "A NATS server dies under load: the drill checked nothing",
        },
    ],
];

describe("the verdict", () => {
    it("is a pass when everything is as it should be", () => {
        expect(verdict(sampleFindings)).toEqual({ passed: true, reasons: [] });
        expect(exitStatus(sampleResult())).toBe(0);
    });

    it.each(red)("is red, for that reason alone, when %s", (_, findings, reason) => {
        expect(verdict({ ...sampleFindings, ...findings })).toEqual({ passed: false, reasons: [reason] });
        expect(exitStatus(sampleResult(findings))).toBe(1);
    });

    it("does not hold what a preview could not know against the rehearsal", () => {
        expect(sampleFindings.engine.some((run) => run.operation === "preview" && run.unlooked.length > 0)).toBe(true);
        expect(verdict(sampleFindings).passed).toBe(true);
    });

    it("counts a value on the limit as kept", () => {
        expect(verdict({ ...sampleFindings, drills: [measured("apiRto", contracts.apiRto.limit)] }).passed).toBe(true);
    });

    it("never believes a claim: a result that says passed over red findings exits with 1", () => {
        expect(exitStatus({ ...sampleResult({ drills: [measured("apiRto", 301)] }), passed: true })).toBe(1);
    });

    it("is a pass if and only if no single finding is red", () => {
        const control = sampleFindings.controls[0]!;
        const findings = fc.record({
            checks: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
            seconds: fc.array(fc.double({ min: 0, max: 600, noNaN: true }), { maxLength: 3 }),
            reds: fc.array(fc.boolean(), { maxLength: 3 }),
            violations: fc.array(fc.constantFrom("own-region"), { maxLength: 1 }),
            unlooked: fc.array(fc.constantFrom("pinned-images"), { maxLength: 1 }),
            operation: fc.constantFrom("preview" as const, "up" as const, "preview again" as const, "destroy" as const),
        });
        fc.assert(
            fc.property(findings, ({ checks, seconds, reds, violations, unlooked, operation }) => {
                const drills = seconds.map((value) => measured("apiRto", value));
                const controls = reds.map((turnedRed): NegativeControl => ({ ...control, turnedRed }));
                const update = operation === "up" || operation === "preview again";
                const expected =
                    checks.every(Boolean) &&
                    seconds.every((value) => value <= contracts.apiRto.limit) &&
                    reds.every(Boolean) &&
                    (!update || violations.length + unlooked.length === 0);
                const result = conclude({
                    ...sampleFindings,
                    checks: checks.map((passed) => ({ ...serverLoss.checks[0]!, passed })),
                    drills,
                    controls,
                    engine: [{ ...upRun!, operation, violations, unlooked }],
                });
                expect(result.passed).toBe(expected);
            }),
        );
    });
});

describe("a drill", () => {
    it("fails when it broke a contract, even if all its checks passed", () => {
        expect(drillPassed(serverLoss, contracts)).toBe(true);
        expect(drillPassed(measured("apiRto", 301), contracts)).toBe(false);
    });
});

describe("the standing of contracts", () => {
    const standing = (name: ContractName, findings: Partial<Findings> = {}) =>
        contractStandings({ ...sampleFindings, ...findings }).find((row) => row.name === name);

    it("lists every contract, in the order of the system's contracts", () => {
        expect(contractStandings(sampleFindings).map((row) => row.name)).toEqual(Object.keys(contracts));
    });

    it("says not yet for what a later phase owes, and not measured for what this phase owes", () => {
        expect(standing("apiRto")).toEqual({ name: "apiRto", contract: contracts.apiRto, state: "not yet" });
        expect(standing("apiRto", { phase: 12 })).toEqual({
            name: "apiRto",
            contract: contracts.apiRto,
            state: "not measured",
        });
    });

    it("holds the worst measurement against the limit", () => {
        const drills = [measured("apiRto", 20), { ...measured("apiRto", 280), id: "slow" }];
        expect(standing("apiRto", { drills })).toMatchObject({ state: "pass", worst: { value: 280, drill: "slow" } });
        expect(standing("apiRto", { drills: [...drills, measured("apiRto", 301)] })).toMatchObject({
            state: "fail",
            worst: { value: 301 },
        });
    });

    it("takes the least for a lower bound", () => {
        const drills = [measured("backupRetention", 700_000), measured("backupRetention", 600_000)];
        expect(standing("backupRetention", { drills })).toMatchObject({ state: "fail", worst: { value: 600_000 } });
    });
});
