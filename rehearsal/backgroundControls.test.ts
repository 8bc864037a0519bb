import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { kgents } from "../infra/kgents";
import { BackgroundControls } from "./backgroundControls";
import type { Deployments } from "./kit/context";
import type { Drill } from "./kit/drill";
import type { DrillEnvironment } from "./kit/runDrill";

let outDir: string;
beforeEach(() => {
    outDir = mkdtempSync(path.join(tmpdir(), "controls-"));
});
afterEach(() => rmSync(outDir, { recursive: true, force: true }));

function environment(signal = new AbortController().signal): DrillEnvironment {
    return {
        deployments: {},
        profile: kgents,
        tools: {} as DrillEnvironment["tools"],
        seed: 1,
        quick: false,
        progress: () => undefined,
        signal,
        outDir,
    };
}

const unchanged = (deployments: Deployments) => deployments;

/** A drill with a red check and as many sabotages as are asked for; `during` sees each run. */
function drill(sabotages: number, during: () => Promise<void> = async () => undefined): Drill {
    return {
        id: "drill",
        title: "A drill",
        phase: 10,
        needs: [],
        script: async ({ quick }) => {
            await during();
            const check = {
                id: "red",
                title: "Red",
                passed: false,
                expected: "quick",
                actual: quick ? "quick" : "full",
            };
            return { checks: [check] };
        },
        sabotages: Array.from({ length: sabotages }, (_, index) => ({
            id: `s${index}`,
            title: `${index}`,
            apply: unchanged,
            expectRed: "red",
        })),
    };
}

describe("BackgroundControls", () => {
    it("gives every result in the order of the drills, in the quick size", async () => {
        const controls = new BackgroundControls();
        controls.start(drill(3), environment());
        controls.start(drill(1), environment());
        const results = await controls.settled();
        expect(results.map(({ id, turnedRed }) => [id, turnedRed])).toEqual([
            ["s0", true],
            ["s1", true],
            ["s2", true],
            ["s0", true],
        ]);
        expect(results[0]?.reason).toContain("found quick");
    });

    it("takes further drills after all former ones ended", async () => {
        const controls = new BackgroundControls();
        controls.start(drill(1), environment());
        await new Promise((resolve) => setTimeout(resolve, 5));
        controls.start(drill(1), environment());
        expect(await controls.settled()).toHaveLength(2);
    });

    it("runs two at a time and no more", async () => {
        let running = 0;
        let most = 0;
        const during = async () => {
            most = Math.max(most, ++running);
            await vi.waitUntil(() => most >= 2, { timeout: 60_000 });
            // For a third one to come in, where it may.
            await delay(20);
            running -= 1;
        };
        const controls = new BackgroundControls();
        controls.start(drill(5, during), environment());
        await controls.settled();
        expect(most).toBe(2);
    });

    it("fails when it is interrupted, and leaves nothing running", async () => {
        const interruption = new AbortController();
        const during = async () => {
            interruption.abort(new Error("interrupted"));
            throw new Error("what it was doing");
        };
        const controls = new BackgroundControls();
        controls.start(drill(1, during), environment(interruption.signal));
        await expect(controls.settled()).rejects.toThrow("interrupted");
        await controls.ended();
    });
});
