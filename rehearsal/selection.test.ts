import { describe, expect, it } from "vitest";
import { UsageError } from "./commandLine";
import { allDrills } from "./drills";
import { select } from "./selection";

const idsOf = ({ drills }: ReturnType<typeof select>) => drills.map(({ id }) => id);
const phase = 13;

describe("the drills of a rehearsal", () => {
    it("are by default all but those that take minutes of real time", () => {
        const { lastPhase, ...selection } = select({ phase, allDrills: false });
        expect(lastPhase).toBe(13);
        expect(idsOf({ lastPhase, ...selection })).toEqual(allDrills.filter(({ long }) => !long).map(({ id }) => id));
        expect(idsOf({ lastPhase, ...selection })).not.toContain("full-failover");
    });

    it("are all of them with --all-drills", () => {
        expect(idsOf(select({ phase, allDrills: true }))).toEqual(allDrills.map(({ id }) => id));
    });

    it("are one with --drill, with its negative controls, up to its own phase", () => {
        const selection = select({ phase, allDrills: false, drill: "server-loss" });
        expect([idsOf(selection), selection.lastPhase, selection.sabotaged]).toEqual([["server-loss"], 10, undefined]);
    });

    it("are the sabotaged one with --sabotage, up to its own phase", () => {
        const selection = select({ phase, allDrills: false, sabotage: "one-server" });
        expect([idsOf(selection), selection.lastPhase, selection.sabotaged?.sabotage.id]).toEqual([
            ["server-loss"],
            10,
            "one-server",
        ]);
    });

    it.each([
        [{ drill: "server-los" }, /--drill is "server-los"; allowed: server-loss, /],
        [{ sabotage: "two-servers" }, /--sabotage is "two-servers"; allowed: one-server, /],
        [{ drill: "region-loss", allDrills: true }, /exclude each other/],
        [{ drill: "restore", sabotage: "one-server" }, /--sabotage one-server is one of drill server-loss/],
        [
            { drill: "region-loss", phase: 11 as const },
            /--drill region-loss needs what phase 13 deploys, and --phase is 11/,
        ],
        [{ sabotage: "no-witness", phase: 11 as const }, /--sabotage no-witness needs what phase 13 deploys/],
    ])("are refused by name for %j", (asked, message) => {
        expect(() => select({ phase, allDrills: false, ...asked })).toThrow(UsageError);
        expect(() => select({ phase, allDrills: false, ...asked })).toThrow(message);
    });

    it("have names and sabotages that are unique", () => {
        for (const ids of [
            allDrills.map(({ id }) => id),
            allDrills.flatMap(({ sabotages }) => sabotages.map(({ id }) => id)),
        ])
            expect(new Set(ids).size).toBe(ids.length);
    });
});
