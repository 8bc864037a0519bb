import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Drill, DrillContext, Sabotage } from "./drills/drill";
import type { Check, DrillResult, NegativeControl } from "./report";

/** The context of a drill without what each drill has for itself. */
export type DrillEnvironment = Omit<DrillContext, "workDir"> & { readonly outDir: string };

/** Runs a drill in an empty folder of its own. A drill that breaks is a drill that failed: the others still run. */
export async function runDrill(drill: Drill, environment: DrillEnvironment, sabotage?: Sabotage): Promise<DrillResult> {
    const { outDir, ...context } = environment;
    const workDir = path.join(outDir, "drills", sabotage ? `${drill.id}-${sabotage.id}` : drill.id);
    rmSync(workDir, { recursive: true, force: true });
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    const deployments = sabotage ? sabotage.apply(context.deployments) : context.deployments;
    try {
        return await drill.run({ ...context, deployments, workDir });
    } catch (error) {
        if (context.signal.aborted) throw error;
        return broken(drill, error);
    }
}

/** Repeats a drill on a deployment broken on purpose and says whether the expected check turned red. */
export async function runControl(
    drill: Drill,
    sabotage: Sabotage,
    environment: DrillEnvironment,
): Promise<NegativeControl> {
    const result = await runDrill(drill, environment, sabotage);
    const failed = result.checks.filter((check) => !check.passed);
    const expected = failed.find((check) => check.id === sabotage.expectRed);
    return {
        id: sabotage.id,
        title: sabotage.title,
        drill: drill.id,
        expectRed: sabotage.expectRed,
        turnedRed: expected !== undefined,
        reason: describe(expected, failed),
    };
}

function describe(expected: Check | undefined, failed: readonly Check[]): string {
    if (expected) return `${expected.title}: expected ${expected.expected}, found ${expected.actual}`;
    if (failed.length === 0) return "every check passed";
    return `only other checks failed: ${failed.map((check) => `${check.id} (${check.actual})`).join("; ")}`;
}

function broken(drill: Drill, error: unknown): DrillResult {
    const actual = error instanceof Error ? error.message : String(error);
    return {
        id: drill.id,
        title: drill.title,
        phase: drill.phase,
        real: [],
        simulated: [],
        checks: [{ id: "drill-runs", title: "The drill runs to its end", passed: false, expected: "an end", actual }],
        measurements: [],
        timeline: [],
    };
}
