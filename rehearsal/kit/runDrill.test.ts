import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kgents } from "../../infra/kgents";
import { Deployment } from "../../engine/state/deployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { drillVerdict } from "../../report/verdict";
import { check } from "./checkers/check";
import type { Deployments } from "./context";
import { CannotRunHere, type Drill, type Outcome } from "./drill";
import type { DrillRun } from "./drillRun";
import { runControl, runDrill, type DrillEnvironment } from "./runDrill";

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
        seed: 7,
        quick: true,
        progress: () => undefined,
        signal,
        outDir,
    };
}

const there = (run: DrillRun): Outcome => {
    const { stack } = run.deployment("primary");
    return { checks: [check("is-there", "There", stack === "primary", "there", "gone")] };
};

/** A drill whose only check is whether the primary is there. */
const drill: Drill = {
    id: "there",
    title: "Is it there",
    phase: 10,
    needs: ["primary"],
    script: async (run) => there(run),
    sabotages: [],
};
const gone = {
    id: "gone",
    title: "no primary",
    apply: (): Deployments => ({ primary: new Deployment("another", []) }),
    expectRed: "is-there",
};
const withScript = (script: Drill["script"]): Drill => ({ ...drill, script });

describe("runDrill", () => {
    it("gives each drill and each sabotage a folder of its own", async () => {
        await runDrill(drill, environment());
        await runDrill(drill, environment(), gone);
        expect(readdirSync(path.join(outDir, "drills")).sort()).toEqual(["there", "there-gone"]);
    });

    it("stamps who the drill is, its seed, what was real, and when things happened, whatever the script returns", async () => {
        const result = await runDrill(
            withScript(async (run) => {
                run.real("a server");
                run.simulated("the cloud");
                await run.at("server", "starts", () => undefined);
                run.disruption();
                run.happened("server", "is lost", "bad");
                return there(run);
            }),
            environment(),
        );
        expect(result).toMatchObject({ id: "there", title: "Is it there", phase: 10, seed: 7 });
        expect([result.real, result.simulated]).toEqual([["a server"], ["the cloud"]]);
        expect(result.timeline.map(({ lane, label, tone }) => [lane, label, tone])).toEqual([
            ["server", "starts", "neutral"],
            ["server", "is lost", "bad"],
        ]);
        expect(result.timeline[0]!.at).toBeLessThanOrEqual(0);
        expect(result.timeline[1]!.at).toBeGreaterThanOrEqual(0);
    });

    it("leaves the history in the drill's folder, with the seed in its first line and each failure in its own", async () => {
        await runDrill(
            withScript(async (run) => {
                await run.at("server", "starts", () => Promise.reject(new Error("port in use"))).catch(() => undefined);
                return there(run);
            }),
            environment(),
        );
        const file = path.join(outDir, "drills", "there", "history.jsonl");
        const lines = readFileSync(file, "utf8")
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line));
        expect(lines).toMatchObject([
            { drill: "there", seed: 7 },
            { n: 0, lane: "server", label: "starts" },
            { n: 1, ends: 0, error: "port in use" },
        ]);
    });

    it("draws the same numbers for the same seed", async () => {
        const drawn: number[][] = [];
        const draws = withScript(async (run) => {
            drawn.push([run.random(), run.random()]);
            return there(run);
        });
        await runDrill(draws, environment());
        await runDrill(draws, environment());
        await runDrill(draws, { ...environment(), seed: 8 });
        expect(drawn[1]).toEqual(drawn[0]);
        expect(drawn[2]).not.toEqual(drawn[0]);
    });

    it("counts a drill that breaks as failed, with the reason", async () => {
        const result = await runDrill(
            withScript(() => Promise.reject(new Error("port in use"))),
            environment(),
        );
        expect(result.broken).toEqual({ as: "ERROR", reason: "port in use" });
        expect(drillVerdict(result, kgents.contracts)).toBe("ERROR");
    });

    it("says where in its history a drill broke", async () => {
        const breaks = withScript(async (run) => {
            run.happened("primary", "takes writes");
            throw new Error("port in use");
        });
        expect((await runDrill(breaks, environment())).broken?.reason).toMatch(
            /^port in use \(the history ends with: \d+\.\d{3} s {2}primary: takes writes\)$/,
        );
    });

    it("counts a drill that cannot run here as skipped, with the reason", async () => {
        const result = await runDrill(
            withScript(() => Promise.reject(new CannotRunHere("prlimit is missing: Linux has it"))),
            environment(),
        );
        expect(result.broken).toEqual({ as: "SKIPPED", reason: "prlimit is missing: Linux has it" });
        expect(drillVerdict(result, kgents.contracts)).toBe("SKIPPED");
    });

    it("counts a drill that checked nothing as an error", async () => {
        const result = await runDrill(
            withScript(async () => ({ checks: [] })),
            environment(),
        );
        expect(result.broken).toEqual({ as: "ERROR", reason: "the drill checked nothing" });
    });

    it("refuses to start without a deployment that the drill needs, and says what brings it", async () => {
        const started: string[] = [];
        const needy: Drill = {
            ...withScript(async () => (started.push("started"), { checks: [] })),
            needs: ["primary", "dr"],
        };
        expect((await runDrill(needy, environment())).broken).toEqual({
            as: "ERROR",
            reason: "there needs the deployments of primary, dr; not there: dr. Bring up phase 10 first.",
        });
        expect(started).toEqual([]);
    });

    it("ends what was started in the reverse order, though the script broke and one of them does not end well", async () => {
        const ended: string[] = [];
        const result = await runDrill(
            withScript(async (run) => {
                run.defer(() => void ended.push("first"));
                run.defer(() => Promise.reject(new Error("stuck")));
                run.defer(() => void ended.push("last"));
                throw new Error("broken");
            }),
            environment(),
        );
        expect(ended).toEqual(["last", "first"]);
        expect(result.broken?.as).toBe("ERROR");
    });

    it("ends what still repeats itself when the script is over: a fence that no one waits for keeps no process alive", async () => {
        let tries = 0;
        let fence: Promise<void> = Promise.resolve();
        await runDrill(
            withScript(async (run) => {
                fence = waitFor("a region that is gone", () => void tries++, { signal: run.signal, seconds: 3_600 });
                fence.catch(() => undefined);
                return there(run);
            }),
            environment(),
        );
        await expect(fence).rejects.toThrow();
        expect(tries).toBeGreaterThan(0);
    });

    it("lets an interruption through", async () => {
        await expect(runDrill(drill, environment(AbortSignal.abort(new Error("interrupted"))))).rejects.toThrow(
            "interrupted",
        );
    });

    it("does not wait for a script that waits for something else when it is interrupted, and ends what that starts later", async () => {
        const interrupt = new AbortController();
        const ended: string[] = [];
        let goOn = (): void => undefined;
        const later = new Promise<void>((resolve) => (goOn = resolve));
        const waits = withScript(async (run) => {
            interrupt.abort(new Error("Ctrl-C"));
            await later;
            run.defer(() => void ended.push("started after the interruption"));
            return there(run);
        });
        await expect(runDrill(waits, environment(interrupt.signal))).rejects.toThrow("Ctrl-C");
        goOn();
        await expect.poll(() => ended).toEqual(["started after the interruption"]);
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
        const breaks = withScript(() => Promise.reject(new Error("port in use")));
        expect(await runControl(breaks, gone, environment())).toMatchObject({
            turnedRed: false,
            error: true,
            reason: "the drill did not run to its end: port in use",
        });
        const other = { ...gone, expectRed: "something-else" };
        expect(await runControl(drill, other, environment())).toMatchObject({
            turnedRed: false,
            error: true,
            reason: "only other checks failed: is-there (gone)",
        });
    });

    it("tells a script that is sabotaged itself which control it is", async () => {
        const told: (string | undefined)[] = [];
        const itself = { id: "no-fence", title: "no fence", expectRed: "is-there" };
        await runControl(
            withScript(async (run) => (told.push(run.sabotage), there(run))),
            itself,
            environment(),
        );
        expect(told).toEqual(["no-fence"]);
    });
});
