import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kindOfRun, readDurations, writeDurations } from "./durations";

let dir: string;
beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "durations-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("the durations of the last runs", () => {
    it("are kept for each kind of run, the newest of each", async () => {
        const outDir = path.join(dir, "out");
        await writeDurations(outDir, "phase 13", { seconds: 380, steps: { "phase-10": 30 } });
        await writeDurations(outDir, "phase 10", { seconds: 40, steps: { "phase-10": 31 } });
        await writeDurations(outDir, "phase 13", { seconds: 390, steps: { "phase-10": 33 } });
        expect(readDurations(outDir)).toEqual({
            "phase 13": { seconds: 390, steps: { "phase-10": 33 } },
            "phase 10": { seconds: 40, steps: { "phase-10": 31 } },
        });
    });

    it.each(["", "{", "[]", '{"phase 13": {"seconds": "long", "steps": {}}}', '{"phase 13": {"seconds": 1}}'])(
        "are none if the file holds %j",
        (text) => {
            writeFileSync(path.join(dir, "durations.json"), text);
            expect(readDurations(dir)).toEqual({});
        },
    );

    it("are none before the first run", () => {
        expect(readDurations(dir)).toEqual({});
    });
});

describe("kindOfRun", () => {
    it("tells apart runs whose steps are others, or of another size", () => {
        expect(kindOfRun({ phase: 13, quick: false, allDrills: false })).toBe("phase 13");
        expect(kindOfRun({ phase: 13, quick: true, allDrills: false, sabotage: "no-latch" })).toBe(
            "phase 13, quick, sabotage no-latch",
        );
    });
});
