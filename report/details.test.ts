import { describe, expect, it } from "vitest";
import { distributionsOf, truthTablesOf } from "./details";

describe("distributions in a drill's details", () => {
    it("reads a list of numbers as seconds", () => {
        expect(distributionsOf({ distribution: [1, 2] })).toEqual([
            { title: "distribution", unit: "s", samples: [1, 2] },
        ]);
    });

    it("reads title, unit and limit", () => {
        const distribution = { title: "outage", unit: "ms", samples: [5], limit: 9 };
        expect(distributionsOf({ distribution })).toEqual([distribution]);
    });

    it("reads several, by name or in a list", () => {
        const several = { refusedConnections: [1], silence: { samples: [2], limit: 3 } };
        expect(distributionsOf({ distributions: several }).map(({ title }) => title)).toEqual([
            "refused connections",
            "silence",
        ]);
        expect(
            distributionsOf({
                distribution: [
                    { title: "a", samples: [1] },
                    { title: "b", samples: [1] },
                ],
            }).map(({ title }) => title),
        ).toEqual(["a", "b"]);
    });

    it("plots nothing where there is nothing to plot", () => {
        expect(distributionsOf(undefined)).toEqual([]);
        expect(distributionsOf({ distribution: [], other: [1, 2] })).toEqual([]);
        expect(distributionsOf({ distribution: { samples: [] }, distributions: "many" })).toEqual([]);
    });
});

describe("truth tables in a drill's details", () => {
    it("takes the columns from the rows", () => {
        const latchTruth = [
            { deepCheck: "healthy", latched: false },
            { deepCheck: "unhealthy", latched: true, note: "held out" },
        ];
        expect(truthTablesOf({ latchTruth })).toEqual([
            {
                title: "latch truth",
                columns: ["deep check", "latched", "note"],
                rows: [
                    ["healthy", "no", "–"],
                    ["unhealthy", "yes", "held out"],
                ],
            },
        ]);
    });

    it("reads title, columns and rows as they are", () => {
        const truthTable = { title: "The latch", columns: ["check", "answer"], rows: [["healthy", "primary"]] };
        expect(truthTablesOf({ truthTable })).toEqual([truthTable]);
    });

    it("reads several by name and leaves other details alone", () => {
        const truthTables = { latch: [{ a: 1 }], pair: [{ b: { c: 2 } }] };
        expect(truthTablesOf({ truthTables, messages: [{ id: 1 }] })).toEqual([
            { title: "latch", columns: ["a"], rows: [["1"]] },
            { title: "pair", columns: ["b"], rows: [['{"c":2}']] },
        ]);
    });
});
