import { describe, expect, it } from "vitest";
import { wantsColour, type ReportStream } from "./paint";
import { printReport } from "./printReport";
import type { RehearsalResult } from "./result";
import { contracts, sampleFindings, sampleResult, serverLoss } from "./testing/sampleResult";

function printed(result: RehearsalResult, isTTY = false): string {
    const parts: string[] = [];
    printReport(result, { isTTY, write: (text) => parts.push(text) });
    return parts.join("");
}

function sectionOf(text: string, title: string): string {
    return text.split("\n\n").find((section) => section.startsWith(title)) ?? "";
}

const failing = sampleResult({
    drills: [
        {
            ...serverLoss,
            checks: [
                { ...serverLoss.checks[0]!, passed: false, actual: "9,998: 2 of them \u001b[31mmissing" },
                serverLoss.checks[1]!,
            ],
        },
    ],
    controls: [{ ...sampleFindings.controls[0]!, turnedRed: false, reason: "every check passed" }],
});

describe("the report on a terminal", () => {
    it("shows the runs of the engine", () => {
        expect(sectionOf(printed(sampleResult()), "Engine runs")).toMatchInlineSnapshot(`
          "Engine runs
            stack    phase  operation      changes    seconds  violations
            primary     10  preview        42 create      3.2  pinned-images (could not
                                                               look)
            primary     10  up             42 create      4.5  none
            primary     10  preview again  42 same        2.0  none"
        `);
    });

    it("shows drills, figures, controls and what the result is worth, and ends with the verdict", () => {
        const text = printed(sampleResult());
        expect(
            [
                sectionOf(text, "Rehearsal"),
                sectionOf(text, "Drills"),
                sectionOf(text, "Measurements"),
                sectionOf(text, "Negative controls"),
                sectionOf(text, "What this is worth"),
                text.split("\n\n").at(-1),
            ].join("\n\n"),
        ).toMatchInlineSnapshot(`
              "Rehearsal of phase 10, baseline
              rehearsal on this machine: nothing ran on AWS
              2026-07-30T09:15:00.000Z, revision 8d5e9d6c0ffe, 38.2 s

              Drills
                PASS  A NATS server dies under load (server-loss, seed 7): 2 of 2 checks
                      passed

              Measurements
                drill        figure                                       measured
                server-loss  Longest gap between acknowledgements           2.31 s
                server-loss  Messages acknowledged                 10,000 messages

              Negative controls
                One server instead of three (server-loss, all-stored):
                  red as expected
                  Every acknowledged message is stored once: expected 10,000, found 0

              What this is worth
                ran for real:
                  Pulumi engine and state
                  NATS servers, streams and messages
                stood in for:
                  AWS, Kubernetes and EKS providers (doubles)
                tools: pulumi 3.255.0, nats-server 2.14.9

              PASSED
              "
            `);
    });

    it("shows every contract: kept, owed by a later phase, owed and not measured", () => {
        const section = sectionOf(printed(sampleResult({ phase: 12 })), "Contracts");
        expect(section).toMatch(/API answers again +≤ 5 min +- +not measured/);
        expect(section).toMatch(/NATS messages lost, by mirror +≤ 5 min +- +not yet \(phase 13\)/);
        expect(section).toMatch(/writes accepted after the loss of one +≤ 1 min +2.31 s +pass/);
        expect(section.split("≤").length + section.split("≥").length - 2).toBe(Object.keys(contracts).length);
    });

    it("gives what failed in full, and every reason at the end", () => {
        const text = printed(failing);
        expect(sectionOf(text, "Drills")).toMatchInlineSnapshot(`
          "Drills
            FAIL  A NATS server dies under load (server-loss, seed 7): 1 of 2 checks
                  passed
                  Every acknowledged message is stored once (all-stored)
                    expected: 10,000
                    found:    9,998: 2 of them [31mmissing"
        `);
        expect(sectionOf(text, "Negative controls")).toContain("NOT red");
        expect(sectionOf(text, "FAILED")).toMatchInlineSnapshot(`
          "FAILED, 2 reasons:
            - server-loss: Every acknowledged message is stored once: expected 10,000,
              found 9,998: 2 of them [31mmissing
            - one-server: One server instead of three: "all-stored" did not turn red
          "
        `);
    });

    it("fits 80 columns", () => {
        const text = printed(failing);
        expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    });

    it("uses colour on a terminal only, and not where NO_COLOR or a dumb terminal forbids it", () => {
        const terminal: ReportStream = { isTTY: true, write: () => true };
        expect(wantsColour(terminal, { TERM: "xterm" })).toBe(true);
        expect(wantsColour(terminal, { TERM: "xterm", NO_COLOR: "1" })).toBe(false);
        expect(wantsColour(terminal, { TERM: "dumb" })).toBe(false);
        expect(wantsColour({ write: () => true }, {})).toBe(false);
        // eslint-disable-next-line no-control-regex -- the escape character is what must not be there
        expect(printed(failing)).not.toMatch(/\u001b/);
    });
});
