import {
    formatChanges,
    formatMeasurement,
    formatRevision,
    formatSeconds,
    formatTarget,
    formatViolations,
    plural,
} from "./format";
import { paintFor, type Paint, type ReportStream } from "./paint";
import type { Check, DrillResult, RehearsalResult } from "./result";
import { indent, table } from "./text";
import { contractStandings, drillPassed, verdict, type ContractStanding } from "./verdict";

/** Prints a rehearsal's result: at most 80 columns wide, the verdict last, so that it is what remains on the screen. */
export function printReport(result: RehearsalResult, stream: ReportStream): void {
    const paint = paintFor(stream);
    const sections = [
        header(result, paint),
        engineRuns(result, paint),
        rehearsalChecks(result, paint),
        drills(result, paint),
        measurements(result, paint),
        contractTable(result, paint),
        controls(result, paint),
        surroundings(result, paint),
        conclusion(result, paint),
    ];
    const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
    stream.write(`${text.join("\n\n")}\n`);
}

function header(result: RehearsalResult, paint: Paint): string[] {
    return [
        paint("heading", `Rehearsal of phase ${result.phase}, ${result.phaseTitle}`),
        ...indent(result.label, 0),
        ...indent(
            `${result.startedAt}, revision ${formatRevision(result.revision)}, ${formatSeconds(Number(result.seconds.toFixed(1)))}`,
            0,
        ),
    ];
}

function engineRuns(result: RehearsalResult, paint: Paint): string[] {
    if (result.engine.length === 0) return [];
    const columns = [
        { title: "stack" },
        { title: "phase", align: "right" as const },
        { title: "operation" },
        { title: "changes" },
        { title: "seconds", align: "right" as const },
        { title: "violations" },
    ];
    const rows = result.engine.map((run) => [
        run.stack,
        String(run.phase),
        run.operation,
        formatChanges(run.changes),
        run.seconds.toFixed(1),
        formatViolations(run),
    ]);
    return section("Engine runs", paint, table(columns, rows));
}

function rehearsalChecks(result: RehearsalResult, paint: Paint): string[] {
    if (result.checks.length === 0) return [];
    return section("Checks", paint, [`  ${score(result.checks)}`, ...failures(result.checks, paint)]);
}

function drills(result: RehearsalResult, paint: Paint): string[] {
    if (result.drills.length === 0) return [];
    return section(
        "Drills",
        paint,
        result.drills.flatMap((drill) => drillLines(drill, result, paint)),
    );
}

function drillLines(drill: DrillResult, { contracts }: RehearsalResult, paint: Paint): string[] {
    const seed = drill.seed === undefined ? "" : `, seed ${drill.seed}`;
    const [first = "", ...rest] = indent(`${drill.title} (${drill.id}${seed}): ${score(drill.checks)}`, 8);
    return [
        `  ${mark(drillPassed(drill, contracts), paint)}${first.slice(6)}`,
        ...rest,
        ...(drill.broken ? [paint("bad", `        ${drill.broken.as}`), ...indent(drill.broken.reason, 10)] : []),
        ...failures(drill.checks, paint),
    ];
}

/** Every failed check in full: what it is, what was expected, what was found. */
function failures(checks: readonly Check[], paint: Paint): string[] {
    return checks
        .filter((check) => !check.passed)
        .flatMap((check) => [
            ...indent(`${check.title} (${check.id})`, 8).map((line) => paint("bad", line)),
            ...labelled("expected: ", check.expected),
            ...labelled("found:    ", check.actual),
        ]);
}

/** A label and a text that wraps beside it. */
function labelled(label: string, text: string): string[] {
    const lines = indent(text, 10 + label.length);
    return lines.map((line, index) => (index === 0 ? " ".repeat(10) + label + line.trimStart() : line));
}

function measurements(result: RehearsalResult, paint: Paint): string[] {
    const rows = result.drills.flatMap((drill) =>
        drill.measurements.map((one) => [drill.id, one.title, formatMeasurement(one)]),
    );
    if (rows.length === 0) return [];
    return section(
        "Measurements",
        paint,
        table([{ title: "drill" }, { title: "figure" }, { title: "measured", align: "right" }], rows),
    );
}

function contractTable(result: RehearsalResult, paint: Paint): string[] {
    const columns = [
        { title: "contract" },
        { title: "target", align: "right" as const },
        { title: "measured", align: "right" as const },
        { title: "result" },
    ];
    const rows = contractStandings(result).map((standing) => [
        standing.contract.title,
        formatTarget(standing.contract),
        standing.worst === undefined ? "-" : formatSeconds(standing.worst.value),
        standingWord(standing),
    ]);
    return section("Contracts", paint, table(columns, rows));
}

/** How a contract stands, in the words of the report. */
export function standingWord({ state, contract }: ContractStanding): string {
    if (state === "not yet") return `not yet (phase ${contract.from})`;
    return state === "fail" ? "FAIL" : state;
}

function controls(result: RehearsalResult, paint: Paint): string[] {
    if (result.controls.length === 0) return [];
    const lines = result.controls.flatMap((control) => [
        ...indent(`${control.title} (${control.drill}, ${control.expectRed}):`, 2, 2),
        `    ${control.turnedRed ? paint("good", "red as expected") : paint("bad", control.error ? "ERROR" : "NOT red")}`,
        ...indent(control.reason, 4).filter((line) => line.trim() !== ""),
    ]);
    return section("Negative controls", paint, lines);
}

function surroundings(result: RehearsalResult, paint: Paint): string[] {
    const list = (title: string, parts: readonly string[]) => [
        `  ${title}`,
        ...parts.flatMap((part) => indent(part, 4, 2)),
    ];
    const tools = Object.entries(result.tools).map(([name, version]) => `${name} ${version}`);
    return section("What this is worth", paint, [
        ...list("ran for real:", result.real.length > 0 ? result.real : ["nothing"]),
        ...list("stood in for:", result.simulated.length > 0 ? result.simulated : ["nothing"]),
        ...(tools.length > 0 ? indent(`tools: ${tools.join(", ")}`, 2, 2) : []),
    ]);
}

function conclusion(result: RehearsalResult, paint: Paint): string[] {
    const { passed, reasons } = verdict(result);
    if (passed) return [paint("good", "PASSED")];
    return [
        paint("bad", `FAILED, ${plural(reasons.length, "reason")}:`),
        ...reasons.flatMap((reason) =>
            indent(`- ${reason.where === undefined ? "" : `${reason.where}: `}${reason.text}`, 2, 2),
        ),
    ];
}

function section(title: string, paint: Paint, lines: readonly string[]): string[] {
    return [paint("heading", title), ...lines];
}

function score(checks: readonly Check[]): string {
    return `${checks.filter((check) => check.passed).length} of ${plural(checks.length, "check")} passed`;
}

function mark(passed: boolean, paint: Paint): string {
    return paint(passed ? "good" : "bad", passed ? "PASS" : "FAIL");
}
