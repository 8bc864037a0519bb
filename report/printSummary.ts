import { formatSeconds, formatTarget, plural } from "./format";
import { paintFor, type Paint, type ReportStream } from "./paint";
import { standingWord } from "./printReport";
import type { RehearsalResult } from "./result";
import { indent, table, wrap } from "./text";
import { contractStandings, verdict, type ContractStanding, type Reason } from "./verdict";

/** Lines of the smallest terminal, and one of them for the prompt that follows. */
const screen = 24 - 1;
/** So that a contract takes one line. */
const widestTitle = 38;
/** Contracts that were not kept, beside which there is room for reasons. */
const mostBroken = 8;

/** What a person reads on when the run is over. */
export interface WhereNext {
    /** Where the report is. */
    readonly report: string;
    /** What to do now. */
    readonly next: string;
}

/**
 * Prints how a rehearsal ended so that it fits one screen of 80 × 24: verdict, contracts, next step. A rehearsal that failed shows the
 * contracts that were not kept, and of the reasons as many as there is room for.
 */
export function printSummary(result: RehearsalResult, where: WhereNext, stream: ReportStream): void {
    const paint = paintFor(stream);
    const { passed, reasons } = verdict(result);
    const head = [heading(result, reasons, paint), ...indent(counts(result), 0)];
    const contracts = contractLines(contractStandings(result), passed);
    const foot = ["", ...indent(`Report: ${where.report}`, 0, 8), ...indent(`Next: ${where.next}`, 0, 6)];
    const room = screen - head.length - contracts.length - foot.length;
    const lines = [...head, ...reasonLines(reasons, room), ...contracts, ...foot];
    stream.write(`${lines.join("\n")}\n`);
}

function heading({ phase, phaseTitle, seconds }: RehearsalResult, reasons: readonly Reason[], paint: Paint): string {
    const what = `Rehearsal of phase ${phase}, ${phaseTitle}, in ${formatSeconds(Math.round(seconds))}: `;
    return reasons.length === 0
        ? `${what}${paint("good", "PASSED")}`
        : `${what}${paint("bad", `FAILED, ${plural(reasons.length, "reason")}`)}`;
}

function counts({ checks, drills, controls }: RehearsalResult): string {
    const all = [...checks, ...drills.flatMap((drill) => drill.checks)];
    const red = controls.filter(({ turnedRed }) => turnedRed);
    return [
        `${all.filter(({ passed }) => passed).length} of ${plural(all.length, "check")} passed`,
        ...(controls.length === 0
            ? []
            : [`${red.length} of ${plural(controls.length, "negative control")} turned red`]),
    ].join(", ");
}

function contractLines(standings: readonly ContractStanding[], passed: boolean): string[] {
    const due = passed ? standings : standings.filter(({ state }) => state === "fail");
    if (due.length === 0) return [];
    const shown = passed ? due : due.slice(0, mostBroken);
    const columns = [
        { title: "contract" },
        { title: "target", align: "right" as const },
        { title: "measured", align: "right" as const },
        { title: "result" },
    ];
    const rows = shown.map((standing) => [
        short(standing.contract.title, widestTitle),
        formatTarget(standing.contract),
        standing.worst === undefined ? "-" : formatSeconds(standing.worst.value),
        standingWord(standing),
    ]);
    const more = due.length - shown.length;
    return ["", ...table(columns, rows, 0), ...(more > 0 ? [`and ${plural(more, "more contract")} not kept`] : [])];
}

/** As many reasons as there is room for, each whole but for what would take more than three lines. */
function reasonLines(reasons: readonly Reason[], room: number): string[] {
    const lines: string[] = [];
    for (const [index, { where, text }] of reasons.entries()) {
        const [first = "", ...rest] = indent(`- ${where === undefined ? "" : `${where}: `}${text}`, 0, 2);
        const reason = rest.length > 2 ? [first, rest[0]!, `${rest[1]!.slice(0, 77)} …`] : [first, ...rest];
        const left = reasons.length - index;
        // The last line says how many more there are.
        if (lines.length + reason.length + (left > 1 ? 1 : 0) > room)
            return [...lines, `  and ${left} more in the report`];
        lines.push(...reason);
    }
    return lines;
}

function short(text: string, width: number): string {
    const [first = "", ...rest] = wrap(text, width - 2);
    return rest.length === 0 ? first : `${first} …`;
}
