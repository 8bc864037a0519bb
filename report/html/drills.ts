import { distributionsOf, truthTablesOf, type Distribution } from "../details";
import { formatMeasurement, formatNumber, formatSeconds, plural } from "../format";
import { drawCumulative, drawHistogram, showsLimit } from "../plots/distribution";
import { quantile } from "../plots/statistics";
import { drawTimeline } from "../plots/timeline";
import type { Check, DrillResult, Measurement, RehearsalResult, ReportedContracts, RtoSplit } from "../result";
import { drillVerdict, keeps } from "../verdict";
import { figure, pageTable, section, toned } from "./blocks";
import { html, type Html } from "./html";

/** A table of more events than this is shown in part; all of them are in report.json. */
const mostEvents = 200;

export async function drillSection(result: RehearsalResult): Promise<Html | undefined> {
    if (result.drills.length === 0) return undefined;
    const articles = result.drills.map((drill) => drillArticle(drill, result.contracts));
    return section("drills", "Drills", ...(await Promise.all(articles)));
}

export function checkSection(result: RehearsalResult): Html | undefined {
    return result.checks.length === 0
        ? undefined
        : section("checks", "Checks of the deployment", checkTable(result.checks));
}

async function drillArticle(drill: DrillResult, contracts: ReportedContracts): Promise<Html> {
    const verdict = drillVerdict(drill, contracts);
    const distributions = await Promise.all(distributionsOf(drill.details).map(distributionBlock));
    return html`<article aria-labelledby="drill-${drill.id}">
<div class="title"><h3 id="drill-${drill.id}">${drill.title}</h3><span class="quiet">phase ${drill.phase}, <code>${drill.id}</code>${drill.seed === undefined ? "" : `, seed ${drill.seed}`}</span><span class="state">${toned(verdict === "PASSED", verdict === "PASSED" ? "passed" : verdict)}</span></div>
${drill.scenario === undefined ? undefined : html`<p>${drill.scenario}</p>`}
${drill.broken === undefined ? undefined : html`<p>${drill.broken.as}: ${drill.broken.reason}</p>`}
<dl class="parts"><dt>real</dt><dd>${drill.real.join("; ") || "nothing"}</dd><dt>stood in for</dt><dd>${drill.simulated.join("; ") || "nothing"}</dd></dl>
${await timeline(drill)}
${recovery(drill)}
${drill.measurements.length === 0 ? undefined : html`<h4>Measurements</h4>${measurementTable(drill.measurements, contracts)}`}
${distributions}
${drill.checks.length === 0 ? undefined : html`<h4>Checks</h4>${checkTable(drill.checks)}`}
${truthTablesOf(drill.details).map(
    ({ title, columns, rows }) =>
        html`<h4>${sentence(title)}</h4>${pageTable(
            title,
            columns.map((column) => ({ title: column })),
            rows,
        )}`,
)}
</article>`;
}

/** Failed checks come first. */
function checkTable(checks: readonly Check[]): Html {
    const columns = [
        { title: "check" },
        { title: "expected" },
        { title: "found" },
        { title: "result", kind: "short" as const },
    ];
    const rows = checks
        .toSorted((a, b) => Number(a.passed) - Number(b.passed))
        .map((check) => [
            check.title,
            check.expected,
            check.actual,
            toned(check.passed, check.passed ? "pass" : "FAIL"),
        ]);
    return pageTable("Checks", columns, rows);
}

function measurementTable(measurements: readonly Measurement[], contracts: ReportedContracts): Html {
    const columns = [{ title: "figure" }, { title: "measured", kind: "figure" as const }, { title: "contract" }];
    const rows = measurements.map((measurement) => {
        const contract = measurement.contract === undefined ? undefined : contracts[measurement.contract];
        const kept = contract === undefined || keeps(contract, measurement.value);
        const against = contract === undefined ? "" : html`${contract.title}: ${toned(kept, kept ? "kept" : "BROKEN")}`;
        return [measurement.title, formatMeasurement(measurement), against];
    });
    return pageTable("Measurements", columns, rows);
}

async function timeline(drill: DrillResult): Promise<Html | undefined> {
    if (drill.timeline.length === 0) return undefined;
    const lanes = new Set(drill.timeline.map((event) => event.lane)).size;
    const description = `Timeline of ${drill.title}: ${plural(drill.timeline.length, "event")} in ${plural(lanes, "lane")}; the table below lists them`;
    const legend = html`<span class="legend"><span class="good"><i></i>works</span><span class="bad"><i></i>does not</span><span class="neutral"><i></i>other</span></span>`;
    const columns = [
        { title: "lane" },
        { title: "from (s)", kind: "figure" as const },
        { title: "to (s)", kind: "figure" as const },
        { title: "event" },
    ];
    const events = drill.timeline.toSorted((a, b) => a.at - b.at);
    const rows = events
        .slice(0, mostEvents)
        .map((event) => [
            event.lane,
            event.at.toFixed(2),
            event.until?.toFixed(2) ?? "",
            event.tone === "bad" ? toned(false, event.label) : event.label,
        ]);
    const more =
        events.length > mostEvents
            ? html`<p class="quiet">The first ${mostEvents} of ${formatNumber(events.length)}; all are in report.json.</p>`
            : undefined;
    return html`${figure("wide", description, await drawTimeline(drill.timeline), legend)}
<details><summary>All events as a table</summary>${pageTable("Events", columns, rows)}${more}</details>`;
}

/** Recovery time by parts, loss by marker, control plane and failback: whatever the drill says of them. */
function recovery(drill: DrillResult): Html | undefined {
    const { rto, rpo, controlPlaneCalls, failback } = drill;
    const facts: [string, string][] = [
        ...(rto === undefined ? [] : rtoFacts(rto)),
        ...(rpo === undefined
            ? []
            : ([
                  [
                      "last message acknowledged, last recovered",
                      `${formatNumber(rpo.lastAcknowledged)}, ${formatNumber(rpo.lastRecovered)}`,
                  ],
                  [
                      "acknowledged messages lost",
                      formatNumber(rpo.lost) +
                          (rpo.seconds === undefined ? "" : ` (the oldest ${formatSeconds(rpo.seconds)} old)`),
                  ],
              ] as [string, string][])),
        ...(controlPlaneCalls === undefined
            ? []
            : ([["control-plane calls during the recovery", formatNumber(controlPlaneCalls)]] as [string, string][])),
        ...(failback === undefined
            ? []
            : ([
                  ["failback", failback.seconds === undefined ? "by decision" : formatSeconds(failback.seconds)],
                  ["data check before it", failback.dataCheck],
                  ["latch at the end", failback.latch],
              ] as [string, string][])),
    ];
    if (facts.length === 0) return undefined;
    return html`<h4>Recovery</h4>${rto === undefined ? undefined : splitBar(rto)}<dl class="facts">${facts.map(([title, value]) => html`<div><dt>${title}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const splitTitles = { detect: "detect", decide: "decide", act: "act", dns: "DNS" } as const;

function rtoFacts(rto: RtoSplit): [string, string][] {
    const named: [string, number | undefined][] = [
        ["from the disruption", rto.fromDisruption],
        ["from the decision", rto.fromDecision],
        ...(Object.entries(splitTitles) as [keyof typeof splitTitles, string][]).map(
            ([key, title]): [string, number | undefined] => [title, rto[key]],
        ),
        ["longest outage that a client saw", rto.clientObserved],
    ];
    return named.flatMap(([title, value]): [string, string][] =>
        value === undefined ? [] : [[title, formatSeconds(value)]],
    );
}

/** The parts of the recovery time side by side, each as wide as its share. */
function splitBar(rto: RtoSplit): Html | undefined {
    const parts = (Object.entries(splitTitles) as [keyof typeof splitTitles, string][]).flatMap(([key, title]) =>
        (rto[key] ?? 0) > 0 ? [{ title, value: rto[key] ?? 0 }] : [],
    );
    if (parts.length < 2) return undefined;
    const description = `Recovery time by part: ${parts.map(({ title, value }) => `${title} ${formatSeconds(value)}`).join(", ")}`;
    const whole = parts.reduce((sum, part) => sum + part.value, 0);
    const spans = parts.map(
        ({ title, value }) => html`<span style="flex:${(value / whole).toFixed(4)} 0 0">${title}</span>`,
    );
    return html`<div class="split" role="img" aria-label="${description}">${spans}</div>`;
}

async function distributionBlock(distribution: Distribution): Promise<Html> {
    const { title, unit, samples, limit } = distribution;
    const show = (value: number) => (unit === "s" ? formatSeconds(value) : `${formatNumber(value)} ${unit}`);
    const shares = [
        ["least", 0],
        ["median", 0.5],
        ["95 %", 0.95],
        ["99 %", 0.99],
        ["most", 1],
    ] as const;
    const figures = shares.map(([name, share]) => [name, show(Number(quantile(samples, share).toPrecision(4)))]);
    const inWords = figures.map(([name, value]) => `${name} ${value}`).join(", ");
    const bound =
        limit === undefined ? "" : `; limit ${show(limit)}${showsLimit(distribution) ? "" : ", beyond the axis"}`;
    return html`<h4>${sentence(title)}</h4><p class="quiet">${plural(samples.length, "sample")}: ${inWords}${bound}</p>
<div class="columns">${figure("half", `Histogram of ${title}: ${inWords}`, await drawHistogram(distribution))}${figure("half", `Cumulative distribution of ${title}`, await drawCumulative(distribution))}</div>`;
}

function sentence(title: string): string {
    return title.charAt(0).toUpperCase() + title.slice(1);
}
