import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import type { ReportStream } from "./paint";
import { printSummary } from "./printSummary";
import type { RehearsalResult } from "./result";
import { contracts, sampleFindings, sampleResult, serverLoss } from "./testing/sampleResult";

const where = {
    report: "rehearsal/out/report.html",
    next: 'README.md, "On a real account", has the commands that deploy it.',
};

function linesOf(result: RehearsalResult, stream: Partial<ReportStream> = {}): string[] {
    const parts: string[] = [];
    printSummary(result, where, { isTTY: false, write: (text) => parts.push(text), ...stream });
    return parts.join("").trimEnd().split("\n");
}

/** A result with that many failed checks, whose texts are as long as a server's log may be. */
const failing = (count: number, words = 200) =>
    sampleResult({
        drills: [
            {
                ...serverLoss,
                checks: Array.from({ length: count }, (_, index) => ({
                    ...serverLoss.checks[0]!,
                    id: `check-${index}`,
                    passed: false,
                    actual: "lost ".repeat(words),
                })),
            },
        ],
    });
/** A result in which every contract was measured and broken. */
const broken = sampleResult({
    phase: 13,
    drills: [
        {
            ...serverLoss,
            measurements: Object.keys(contracts).map((contract) => ({
                id: contract,
                title: contract,
                unit: "s" as const,
                contract: contract as keyof typeof contracts,
                value: contract === "backupRetention" ? 1 : 10_000_000,
            })),
        },
    ],
});

describe("the end of a rehearsal on the screen", () => {
    it("shows the verdict, every contract and the next step", () => {
        expect(linesOf(sampleResult({ phase: 12 })).join("\n")).toMatchInlineSnapshot(`
          "Rehearsal of phase 12, baseline, in 38 s: PASSED
          3 of 3 checks passed, 1 of 1 negative control turned red

          contract                                 target  measured  result
          API answers again                       ≤ 5 min         -  not measured
          NATS streams accept writes again       ≤ 15 min         -  not yet (phase 13)
          NATS messages lost, by mirror           ≤ 5 min         -  not yet (phase 13)
          NATS messages lost, by backup             ≤ 1 d         -  not measured
          NATS streams restored from the …       ≤ 15 min         -  not measured
          volumes of the cluster lost, by the …    ≤ 25 h         -  not measured
          secrets and configuration usable       ≤ 30 min         -  not yet (phase 13)
          secrets and configuration lost            ≤ 1 h         -  not measured
          observability usable                      ≤ 1 h         -  not yet (phase 13)
          failover triggers after the loss         ≤ 90 s         -  not measured
          TTL of a failover record                ≤ 1 min         -  not measured
          mirror lag under load                   ≤ 3 min         -  not yet (phase 13)
          consumers' positions lost, so that …    ≤ 5 min         -  not yet (phase 13)
          secret refresh interval                 ≤ 5 min         -  not yet (phase 13)
          backups are kept                          ≥ 7 d         -  not measured
          writes accepted after the loss of …     ≤ 1 min    2.31 s  pass

          Report: rehearsal/out/report.html
          Next: README.md, "On a real account", has the commands that deploy it."
        `);
    });

    it.each([
        ["passed", sampleResult({ phase: 13 })],
        ["failed in one check", failing(1)],
        ["failed in a hundred checks", failing(100)],
        ["failed in a hundred checks with short texts", failing(100, 1)],
        ["broke every contract", broken],
        ["ran no control", sampleResult({ controls: [] })],
        ["has a title of another script", sampleResult({ phaseTitle: "東京と大阪の待機" })],
    ])("fits 80 × 24, prompt included, where it %s", (_what, result) => {
        const lines = linesOf(result);
        expect(lines.length).toBeLessThan(24);
        expect(lines.filter((line) => stringWidth(line) > 80)).toEqual([]);
        expect(lines.at(-1)).toContain(where.next);
    });

    it("names what failed, and how much more there is", () => {
        const text = linesOf(failing(100)).join("\n");
        expect(text).toContain("FAILED, 100 reasons");
        expect(text).toContain("server-loss: Every acknowledged message is stored once: expected 10,000");
        expect(text).toMatch(/and 9\d more in the report/);
    });

    it("says of a control that did not turn red that it failed", () => {
        const [control] = sampleFindings.controls;
        const text = linesOf(sampleResult({ controls: [{ ...control!, turnedRed: false }] })).join("\n");
        expect(text).toContain("0 of 1 negative control turned red");
        expect(text).toContain("FAILED, 1 reason");
    });

    it("colours the verdict on a terminal alone", () => {
        // eslint-disable-next-line no-control-regex -- the escape character is what must not be there
        expect(linesOf(sampleResult()).join("\n")).not.toMatch(/\u001b/);
    });
});
