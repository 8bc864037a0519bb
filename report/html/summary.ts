import {
    formatChanges,
    formatNumber,
    formatRevision,
    formatSeconds,
    formatTarget,
    formatViolations,
    plural,
} from "../format";
import type { RehearsalResult } from "../result";
import { contractStandings, drillPassed, verdict, type ContractStanding } from "../verdict";
import { list, pageTable, section, toned } from "./blocks";
import { html, type Html } from "./html";

/** What a reader wants first: the verdict, why, and what it is worth. */
export function header(result: RehearsalResult): Html {
    return html`<header class="top">
<p class="kicker">Disaster recovery rehearsal, ${when(result.startedAt)}</p>
<h1>Phase ${result.phase}: ${result.phaseTitle}</h1>
<p class="quiet">Revision <code>${formatRevision(result.revision)}</code>, took ${formatSeconds(Number(result.seconds.toFixed(1)))}</p>
${verdictBox(result)}
${tally(result)}
</header>`;
}

/** "30 July 2026, 09:15 UTC". */
function when(startedAt: string): string {
    const options = {
        day: "numeric",
        month: "long",
        year: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        timeZone: "UTC",
    } as const;
    return `${new Date(startedAt).toLocaleString("en-GB", options).replace(" at ", ", ")} UTC`;
}

function verdictBox(result: RehearsalResult): Html {
    const { passed, reasons } = verdict(result);
    const items = reasons.map(({ where, text }) => html`<li>${where === undefined ? "" : `${where}: `}${text}</li>`);
    return passed
        ? html`<div class="verdict good"><p><strong>Passed</strong> ${environmentLabel(result)}</p></div>`
        : html`<div class="verdict bad"><p><strong>Failed, ${plural(reasons.length, "reason")}</strong> ${environmentLabel(result)}</p><ul>${items}</ul></div>`;
}

function environmentLabel({ label }: RehearsalResult): Html {
    return html`<span class="label">${label}</span>`;
}

function tally(result: RehearsalResult): Html {
    const checks = [...result.checks, ...result.drills.flatMap((drill) => drill.checks)];
    const standings = contractStandings(result);
    const count = (state: ContractStanding["state"]) => standings.filter((standing) => standing.state === state).length;
    const measured = count("pass") + count("fail");
    const item = (title: string, good: number, all: number, note?: string) =>
        html`<div><dt>${title}</dt><dd>${formatNumber(good)} of ${formatNumber(all)}${note === undefined ? undefined : html` <small>${note}</small>`}</dd></div>`;
    return html`<dl class="tally">
${item("checks passed", checks.filter((check) => check.passed).length, checks.length)}
${item("drills passed", result.drills.filter((drill) => drillPassed(drill, result.contracts)).length, result.drills.length)}
${item("measured contracts kept", count("pass"), measured, `${count("not measured")} not measured, ${count("not yet")} later`)}
${item("negative controls red", result.controls.filter((control) => control.turnedRed).length, result.controls.length)}
</dl>`;
}

/** The environment label: what a figure of this report may be taken for. */
export function environment(result: RehearsalResult): Html {
    return section(
        "environment",
        "What was real",
        html`<div class="columns"><div><h3>Ran for real</h3>${list(result.real)}</div><div><h3>Something stood in for</h3>${list(result.simulated)}</div></div>`,
    );
}

export function contractSection(result: RehearsalResult): Html {
    const columns = [
        { title: "contract" },
        { title: "target", kind: "figure" as const },
        { title: "measured", kind: "figure" as const },
        { title: "of the limit", kind: "wide-only" as const },
        { title: "result", kind: "short" as const },
    ];
    const rows = contractStandings(result).map((standing) => [
        standing.contract.title,
        formatTarget(standing.contract),
        standing.worst === undefined ? "–" : formatSeconds(standing.worst.value),
        share(standing),
        standingCell(standing),
    ]);
    return section("contracts", "Contracts", pageTable("Contracts", columns, rows));
}

function standingCell({ state, contract }: ContractStanding): Html {
    if (state === "not yet") return html`<span class="quiet">not yet (phase ${contract.from})</span>`;
    if (state === "not measured") return html`<span class="quiet">not measured</span>`;
    return toned(state === "pass", state);
}

/** How much of the limit was used up: only for upper bounds, where less is better. */
function share({ state, contract, worst }: ContractStanding): Html {
    if (worst === undefined || contract.kind === "at least") return html``;
    const percent = Math.round((100 * worst.value) / contract.limit);
    const width = Math.min(100, Math.max(1, percent));
    return html`<span class="share ${state === "fail" ? "bad" : ""}" role="img" aria-label="${percent} % of the limit"><span style="width:${width}%"></span></span>`;
}

export function engineSection(result: RehearsalResult): Html | undefined {
    if (result.engine.length === 0) return undefined;
    const columns = [
        { title: "stack" },
        { title: "phase", kind: "figure" as const },
        { title: "operation", kind: "short" as const },
        { title: "changes" },
        { title: "seconds", kind: "figure" as const },
        { title: "policy violations" },
    ];
    const rows = result.engine.map((run) => [
        run.stack,
        String(run.phase),
        run.operation,
        formatChanges(run.changes),
        run.seconds.toFixed(1),
        run.violations.length > 0 ? toned(false, formatViolations(run)) : formatViolations(run),
    ]);
    return section("engine", "Engine runs", pageTable("Engine runs", columns, rows));
}

export function controlSection(result: RehearsalResult): Html | undefined {
    if (result.controls.length === 0) return undefined;
    const columns = [
        { title: "broken on purpose" },
        { title: "drill", kind: "short" as const },
        { title: "has to turn red" },
        { title: "result" },
        { title: "what failed" },
    ];
    const rows = result.controls.map((control) => [
        control.title,
        control.drill,
        html`<code>${control.expectRed}</code>`,
        toned(control.turnedRed, control.turnedRed ? "red as expected" : control.error ? "ERROR" : "NOT red"),
        control.reason,
    ]);
    const intro = html`<p>The same drill over a deployment that was broken on purpose. A drill that stays green here would prove nothing.</p>`;
    return section("controls", "Negative controls", intro, pageTable("Negative controls", columns, rows));
}

/** What an auditor asks for; the lines at the end are for people. */
export function recordSection(result: RehearsalResult): Html {
    const { record } = result;
    const facts: [string, string][] = [
        ...(record === undefined
            ? []
            : ([
                  ["identifier", record.id],
                  ["type", `${record.type} (${record.environment})`],
                  ["scenario", record.scenario],
                  ["blast radius", record.blastRadius],
                  ["abort criteria", record.abortCriteria],
                  ["settings", record.configHash],
              ] as [string, string][])),
        ["started", result.startedAt],
        ["revision", result.revision],
        ...Object.entries(result.tools).map(([name, version]): [string, string] => [name, version]),
    ];
    const rows = facts.map(([name, value]) => [name, html`<code>${value}</code>`]);
    const lines: [string, string][] = [
        ["lead", record?.lead ?? ""],
        ["observers", record?.observers.join(", ") ?? ""],
        ["signed off by", record?.signedOffBy ?? ""],
        ["date", record?.signedOffOn ?? ""],
    ];
    const sign = lines.map(
        ([title, value]) => html`<div>${title}${value === "" ? undefined : html`: <strong>${value}</strong>`}</div>`,
    );
    const again = result.passed ? undefined : html`<p>After a failure the rehearsal is repeated within 30 days.</p>`;
    return section(
        "record",
        "Record",
        pageTable("Record", [{ title: "fact" }, { title: "value" }], rows),
        again,
        html`<div class="sign">${sign}</div>`,
    );
}
