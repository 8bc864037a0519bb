import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kgents } from "../infra/profile";
import type { Deployments, Drill } from "./drills/drill";
import { runControl, runDrill, type DrillEnvironment } from "./runDrills";
import { Deployment } from "./state/deployment";

let outDir: string;
beforeEach(() => {
    outDir = mkdtempSync(path.join(tmpdir(), "drills-"));
});
afterEach(() => rmSync(outDir, { recursive: true, force: true }));

function environment(signal = new AbortController().signal): DrillEnvironment {
    return {
        deployments: { primary: new Deployment("primary", []) },
        profile: kgents,
        tools: {} as DrillEnvironment["tools"],
        seed: 1,
        quick: true,
        progress: () => undefined,
        signal,
        outDir,
    };
}

/** A drill whose only check is whether the primary is there. */
const drill: Drill = {
    id: "there",
    title: "Is it there",
    phase: 10,
    run: async ({ deployments }) => ({
        id: "there",
        title: "Is it there",
        phase: 10,
        real: [],
        simulated: [],
        checks: [
            {
                id: "is-there",
                title: "There",
                passed: deployments.primary !== undefined,
                expected: "there",
                actual: "gone",
            },
        ],
        measurements: [],
        timeline: [],
    }),
    sabotages: [],
};
const gone = { id: "gone", title: "no primary", apply: (): Deployments => ({}), expectRed: "is-there" };

describe("runDrill", () => {
    it("gives each drill and each sabotage a folder of its own", async () => {
        await runDrill(drill, environment());
        await runDrill(drill, environment(), gone);
        expect(readdirSync(path.join(outDir, "drills")).sort()).toEqual(["there", "there-gone"]);
    });

    it("counts a drill that breaks as failed, with the reason", async () => {
        const breaks: Drill = { ...drill, run: () => Promise.reject(new Error("port in use")) };
        expect((await runDrill(breaks, environment())).checks).toEqual([
            {
                id: "drill-runs",
                title: "The drill runs to its end",
                passed: false,
                expected: "an end",
                actual: "port in use",
            },
        ]);
    });

    it("lets an interruption through", async () => {
        const breaks: Drill = { ...drill, run: () => Promise.reject(new Error("interrupted")) };
        await expect(runDrill(breaks, environment(AbortSignal.abort()))).rejects.toThrow("interrupted");
    });
});

describe("runControl", () => {
    it("is red when the expected check failed", async () => {
        expect(await runControl(drill, gone, environment())).toEqual({
            id: "gone",
            title: "no primary",
            drill: "there",
            expectRed: "is-there",
            turnedRed: true,
            reason: "There: expected there, found gone",
        });
    });

    it("is not red when the sabotage changed nothing", async () => {
        const harmless = { ...gone, apply: (deployments: Deployments) => deployments };
        expect(await runControl(drill, harmless, environment())).toMatchObject({
            turnedRed: false,
            reason: "every check passed",
        });
    });

    it("is not red when another check failed, a broken drill included", async () => {
        const breaks: Drill = { ...drill, run: () => Promise.reject(new Error("port in use")) };
        expect(await runControl(breaks, gone, environment())).toMatchObject({
            turnedRed: false,
            reason: "only other checks failed: drill-runs (port in use)",
        });
    });
});
