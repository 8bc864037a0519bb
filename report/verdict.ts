import type { ContractName } from "../components/model/contract";
import { formatSeconds, formatTarget } from "./format";
import type { DrillResult, Measurement, RehearsalResult, ReportedContract, ReportedContracts } from "./result";

/** Why a rehearsal did not pass: one reason for each thing that has to be put right. */
export interface Reason {
    readonly kind: "check" | "contract" | "control" | "policy" | "broken" | "nothing judged";
    /** The drill, control or stack that it concerns; absent for the rehearsal as a whole. */
    readonly where?: string;
    readonly text: string;
}

export interface Verdict {
    readonly passed: boolean;
    readonly reasons: readonly Reason[];
}

/** Everything of a result that the verdict follows from: a result without its own claim. */
export type Findings = Omit<RehearsalResult, "passed">;

/** Whether a value in seconds keeps a contract. The limit itself keeps it. */
export function keeps(contract: ReportedContract, value: number): boolean {
    return contract.kind === "at most" ? value <= contract.limit : value >= contract.limit;
}

/**
 * The verdict of a rehearsal. It passed if every check passed, every measured contract was kept, every negative
 * control turned red, and no policy was violated, or unable to look, in an update. A rehearsal, or a drill, that
 * checked nothing has shown nothing and does not pass.
 */
export function verdict(findings: Findings): Verdict {
    const reasons = [
        ...nothingJudged(findings),
        ...findings.drills.flatMap(({ id, title, broken }): Reason[] =>
            broken ? [{ kind: "broken", where: id, text: `${title}: ${broken.as}: ${broken.reason}` }] : [],
        ),
        ...failedChecks(findings),
        ...findings.drills.flatMap((drill) => brokenContracts(drill, findings.contracts)),
        ...findings.controls
            .filter((control) => !control.turnedRed)
            .map((control): Reason => ({
                kind: "control",
                where: control.id,
                text: `${control.title}: ${control.error ? `ERROR: ${control.reason}` : `"${control.expectRed}" did not turn red`}`,
            })),
        ...policyFindings(findings),
    ];
    return { passed: reasons.length === 0, reasons };
}

/** The result with the verdict that follows from it: the only way to make a result that `writeReport` accepts. */
export function conclude(findings: Findings): RehearsalResult {
    return { ...findings, passed: verdict(findings).passed };
}

/** 0 for a rehearsal that passed, 1 for one that did not. */
export function exitStatus(result: RehearsalResult): 0 | 1 {
    return result.passed && verdict(result).passed ? 0 : 1;
}

/** How a drill ended. Only PASSED counts. */
export type DrillVerdict = "PASSED" | "FAILED" | "ERROR" | "SKIPPED";

/**
 * PASSED if the drill checked something, every check passed, and every contract that it measured was kept. ERROR if the drill itself
 * broke or checked nothing, SKIPPED if it cannot run on this machine.
 */
export function drillVerdict(drill: DrillResult, contracts: ReportedContracts): DrillVerdict {
    if (drill.broken) return drill.broken.as;
    if (drill.checks.length === 0) return "ERROR";
    const kept = drill.checks.every((check) => check.passed) && brokenContracts(drill, contracts).length === 0;
    return kept ? "PASSED" : "FAILED";
}

export function drillPassed(drill: DrillResult, contracts: ReportedContracts): boolean {
    return drillVerdict(drill, contracts) === "PASSED";
}

/** How one contract stands after a rehearsal. */
export interface ContractStanding {
    readonly name: ContractName;
    readonly contract: ReportedContract;
    /** "not measured": the phase owes it and nothing measured it; "not yet": a later phase owes it. */
    readonly state: "pass" | "fail" | "not measured" | "not yet";
    /** The measurement that came closest to the limit, or went furthest beyond it. */
    readonly worst?: { readonly value: number; readonly drill: string };
}

/** All contracts in their order, each with its worst measurement. */
export function contractStandings(findings: Findings): ContractStanding[] {
    const measured = findings.drills.flatMap((drill) =>
        drill.measurements.map((measurement) => ({ ...measurement, drill: drill.id })),
    );
    return (Object.entries(findings.contracts) as [ContractName, ReportedContract][]).map(([name, contract]) => {
        const values = measured.filter((measurement) => measurement.contract === name);
        const [worst] = values.toSorted((a, b) =>
            contract.kind === "at most" ? b.value - a.value : a.value - b.value,
        );
        if (worst === undefined) {
            return { name, contract, state: contract.from > findings.phase ? "not yet" : "not measured" };
        }
        const state = keeps(contract, worst.value) ? "pass" : "fail";
        return { name, contract, state, worst: { value: worst.value, drill: worst.drill } };
    });
}

function nothingJudged(findings: Findings): Reason[] {
    const idle = findings.drills
        .filter((drill) => drill.checks.length === 0 && !drill.broken)
        .map((drill): Reason => ({
            kind: "nothing judged",
            where: drill.id,
            text: `${drill.title}: the drill checked nothing`,
        }));
    return findings.checks.length + findings.drills.length === 0
        ? [{ kind: "nothing judged", text: "the rehearsal checked nothing" }]
        : idle;
}

function failedChecks(findings: Findings): Reason[] {
    const groups = [{ id: undefined, checks: findings.checks }, ...findings.drills];
    return groups.flatMap(({ id, checks }) =>
        checks
            .filter((check) => !check.passed)
            .map((check): Reason => ({
                kind: "check",
                where: id,
                text: `${check.title}: expected ${check.expected}, found ${check.actual}`,
            })),
    );
}

function brokenContracts(drill: DrillResult, contracts: ReportedContracts): Reason[] {
    return drill.measurements.flatMap((measurement: Measurement): Reason[] => {
        if (measurement.contract === undefined) return [];
        const contract = contracts[measurement.contract];
        if (keeps(contract, measurement.value)) return [];
        const text = `${contract.title}: ${formatSeconds(measurement.value)}, contract ${contract.id} is ${formatTarget(contract)}`;
        return [{ kind: "contract", where: drill.id, text }];
    });
}

/** Previews judge values that are not known yet, so only what was found in an update counts. */
function policyFindings(findings: Findings): Reason[] {
    return findings.engine
        .filter((run) => run.operation === "up" || run.operation === "preview again")
        .flatMap((run) =>
            [
                ...run.violations.map((policy) => `${policy} is violated`),
                ...run.unlooked.map((policy) => `${policy} could not look`),
            ].map((text): Reason => ({
                kind: "policy",
                where: run.stack,
                text: `phase ${run.phase}, ${run.operation}: ${text}`,
            })),
        );
}
