import { describe, expect, it } from "vitest";
import { rehearsalRecord } from "../record";
import type { DrillResult } from "../result";
import { contracts, sampleFindings, sampleResult, serverLoss } from "../testing/sampleResult";
import { escape, html } from "./html";
import { renderPage } from "./page";

const attack = `<script>alert("1")</script>'><img src=x onerror=alert(1)>`;

const everything: DrillResult = {
    ...serverLoss,
    rto: { detect: 31, decide: 12, dns: 47, clientObserved: 78, fromDisruption: 90 },
    rpo: { lastAcknowledged: 100, lastRecovered: 98, lost: 2, seconds: 1.5 },
    controlPlaneCalls: 0,
    failback: { dataCheck: "98 identifiers compared", latch: "absent" },
    details: {
        distribution: { title: "outage", unit: "s", samples: [1, 2, 3], limit: 5 },
        truthTable: [{ latched: true, answer: "standby" }],
    },
};

describe("the page", () => {
    it("has every section under a heading", async () => {
        const page = await renderPage(sampleResult({ drills: [everything] }));
        const headings = [...page.matchAll(/<h2 id="[a-z]+">(.*?)<\/h2>/g)].map(([, heading]) => heading);
        expect(headings).toEqual([
            "Contracts",
            "What was real",
            "Engine runs",
            "Checks of the deployment",
            "Drills",
            "Negative controls",
            "Record",
        ]);
        expect(page.match(/<h1>/g)).toHaveLength(1);
    });

    it("says at the top what the verdict is, why, and what it is worth", async () => {
        const passed = await renderPage(sampleResult());
        expect(passed).toContain("<strong>Passed</strong>");
        expect(passed).toContain("rehearsal on this machine: nothing ran on AWS");
        const failed = await renderPage(
            sampleResult({ controls: [{ ...sampleFindings.controls[0]!, turnedRed: false }] }),
        );
        expect(failed).toContain("<strong>Failed, 1 reason</strong>");
        expect(failed).toContain("did not turn red");
        expect(failed).toContain("repeated within 30 days");
    });

    it("shows every contract, with the phase of those that are not owed yet", async () => {
        const page = await renderPage(sampleResult());
        for (const { title } of Object.values(contracts)) expect(page).toContain(escape(title));
        expect(page).toContain("not yet (phase 12)");
        expect(page).toContain('<span class="good-text">pass</span>');
    });

    it("shows recovery times by part, losses, distributions and truth tables of a drill that has them", async () => {
        const page = await renderPage(sampleResult({ drills: [everything] }));
        for (const text of [
            "longest outage that a client saw",
            "acknowledged messages lost",
            "98 identifiers compared",
            "Histogram of outage",
            "limit 5 s",
            "standby",
        ]) {
            expect(page).toContain(text);
        }
        expect(await renderPage(sampleResult())).not.toContain("Histogram");
    });

    it("draws the timeline with its lanes and labels, and lists its events in a table", async () => {
        const page = await renderPage(sampleResult());
        expect(page).toContain(
            'aria-label="Timeline of A NATS server dies under load: 5 events in 3 lanes; the table below lists them"',
        );
        const svg = /<svg[\s\S]*?<\/svg>/.exec(page)?.[0] ?? "";
        for (const text of ["nats-0", "publisher", "kill -9", "no acknowledgement"])
            expect(svg).toContain(`>${text}</text>`);
        expect(page).toContain("All events as a table");
    });

    it("names tools, revision and the record, with blanks for people", async () => {
        const record = rehearsalRecord({ ...sampleFindings, scenario: "loss of a server", settings: {} });
        const page = await renderPage(sampleResult({ record }));
        for (const text of [record.id, record.configHash, "3.255.0", "8d5e9d6c0ffee", "<div>signed off by</div>"])
            expect(page).toContain(text);
    });

    it("shows markup in any text as text", async () => {
        const page = await renderPage(
            sampleResult({
                real: [attack],
                tools: { [attack]: attack },
                checks: [{ id: attack, title: attack, passed: false, expected: attack, actual: attack }],
                engine: [{ ...sampleFindings.engine[1]!, violations: [attack], changes: { [attack]: 1 } }],
                drills: [
                    {
                        ...everything,
                        id: attack,
                        title: attack,
                        scenario: attack,
                        timeline: [{ lane: attack, at: 0, label: attack }],
                        details: {
                            distribution: { title: attack, unit: attack, samples: [1], limit: 1 },
                            truthTable: [{ [attack]: attack }],
                        },
                    },
                ],
                controls: [{ ...sampleFindings.controls[0]!, title: attack, reason: attack }],
            }),
        );
        expect(page).not.toMatch(/<script|<img/i);
        expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&gt;");
    });

    it("needs nothing from anywhere: no script, no link, no address but the SVG names", async () => {
        const page = await renderPage(sampleResult({ drills: [everything] }));
        expect(page).not.toMatch(/<script|<link|<iframe|@import|url\(|\ssrc=|\shref=/i);
        const addresses = new Set([...page.matchAll(/https?:\/\/[^"'\s<]+/g)].map(([address]) => address));
        expect([...addresses].filter((address) => !address.startsWith("http://www.w3.org/"))).toEqual([]);
        expect(page).toContain("default-src 'none'");
    });
});

describe("the template", () => {
    it("escapes values, but not markup made by itself", () => {
        expect(html`<p title="${'"&'}">${html`<b>${"<"}</b>`}${undefined}${3}</p>`.text).toBe(
            '<p title="&quot;&amp;"><b>&lt;</b>3</p>',
        );
    });
});
