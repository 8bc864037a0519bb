import { describe, expect, it } from "vitest";
import { kgents } from "../../infra/kgents";
import type { Dependant } from "../streams/dependants";
import { dependantLines, dependenceText, needOf, remedyOf } from "./dependantLines";
import { renderStatus, streamsStatusOf } from "./streamsStatus";

const audit: Dependant = { name: "AUDIT", from: "EVENTS", as: "mirror" };
const all: Dependant = { name: "ALL", from: "EVENTS", as: "source" };
const theirs: Dependant = { name: "COPY", from: "EVENTS", as: "mirror", account: "AUDITORS" };
const fault = "it skips the next 10 messages of EVENTS";

describe("a dependant", () => {
    it("is named with what it depends on, and its account where that is another one", () => {
        expect([audit, all, theirs].map(dependenceText)).toEqual([
            "AUDIT mirrors EVENTS",
            "ALL sources EVENTS",
            "COPY (account AUDITORS) mirrors EVENTS",
        ]);
    });

    it("needs a person where it is short of messages, or may be and nobody can tell", () => {
        expect(needOf({ ...audit, fault })).toBe(fault);
        expect([audit, all, theirs].map((one) => needOf(one))).toEqual([undefined, undefined, undefined]);
        expect([audit, all, theirs].map((one) => needOf(one, ["EVENTS"]))).toEqual([
            // It was compared with what EVENTS holds now.
            undefined,
            "EVENTS was recreated: it may take messages again that it has",
            "EVENTS was recreated, and what AUDITORS holds of it cannot be compared from here",
        ]);
        expect(needOf(all, ["AGENTESE"])).toBeUndefined();
    });

    it("is told what to do with it: by command where there is one", () => {
        expect(remedyOf({ ...audit, name: "EVENTS_MIRROR" }, kgents)).toBe(
            "Run streams rebuild-mirror --stream EVENTS_MIRROR",
        );
        expect(remedyOf({ ...theirs, name: "EVENTS_MIRROR" }, kgents)).toMatch(
            /^Keep what only it has, then recreate it/,
        );
        expect(remedyOf(all, kgents)).toMatch(/^Look for messages that it lacks or has twice/);
    });

    it("is a line each, with what nobody could look at", () => {
        const dependants = { found: [audit, { ...all, fault }], silent: ["LOST"], everyAccount: false };
        expect(dependantLines(dependants, kgents, ["EVENTS"]).join("\n").replace(/\s+/g, " ")).toBe(
            "DEPENDS AUDIT mirrors EVENTS: nothing is to be done. " +
                `DEPENDS ALL sources EVENTS: ${fault}. Look for messages that it lacks or has twice, and recreate it if there are ` +
                'any: docs/runbook-streams.md, "A stream that depends on another one". ' +
                "DEPENDS LOST: no answer, so nobody knows what they mirror or source. " +
                "DEPENDS Other accounts were not looked at: that needs NATS_SYS_USER and NATS_SYS_PASSWORD.",
        );
        expect(dependantLines({ found: [], silent: [], everyAccount: false }, kgents, [])).toEqual([]);
    });
});

describe("streams status", () => {
    const own: Dependant = { name: "EVENTS_MIRROR", from: "EVENTS", as: "mirror", fault };

    it("lists what else depends on its streams, and is not well while one of those is short of messages", () => {
        const well = streamsStatusOf(kgents, [], undefined, {
            dependants: { found: [audit, own], silent: [], everyAccount: false },
        });
        expect([well.well, well.dependants]).toEqual([true, [audit]]);
        expect(renderStatus(well, kgents)).toContain("depend on them: AUDIT mirrors EVENTS");
        const ill = streamsStatusOf(kgents, [], undefined, {
            dependants: { found: [{ ...audit, fault }], silent: [], everyAccount: false },
        });
        expect([ill.well, ill.findings]).toEqual([
            false,
            [expect.stringMatching(/^AUDIT mirrors EVENTS: it skips the next 10 messages of EVENTS\. Keep what only/)],
        ]);
    });

    it("does not call well what nobody could look at", () => {
        const reason = "STREAM.LIST: JetStream system temporarily unavailable (10008)";
        const blind = streamsStatusOf(kgents, [], undefined, {
            dependants: { found: [], silent: [], everyAccount: false, reason },
        });
        expect(blind.findings).toEqual([
            `nobody lists all streams (${reason}), so what else mirrors or sources these is not known`,
        ]);
    });
});
