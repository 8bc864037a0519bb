import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Check, DrillResult, NegativeControl } from "../../report";
import type { DrillContext } from "./context";
import { CannotRunHere, type Drill, type Outcome, type Sabotage } from "./drill";
import { DrillRun } from "./drillRun";

/** The context of a drill without what each drill has for itself. */
export type DrillEnvironment = Omit<DrillContext, "workDir"> & { readonly outDir: string };

/**
 * Runs a drill in an empty folder of its own and stamps the result. A drill that breaks, that lacks a deployment, or that checked
 * nothing is an ERROR, one that cannot run on this machine is SKIPPED: neither counts as passed, and the other drills still run.
 */
export async function runDrill(drill: Drill, environment: DrillEnvironment, sabotage?: Sabotage): Promise<DrillResult> {
    const { outDir, ...context } = environment;
    const workDir = path.join(outDir, "drills", sabotage ? `${drill.id}-${sabotage.id}` : drill.id);
    rmSync(workDir, { recursive: true, force: true });
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    return runScript(drill, { ...context, workDir }, sabotage);
}

/** The same in a folder that is there already. Rejects only if the run was interrupted. */
export async function runScript(drill: Drill, context: DrillContext, sabotage?: Sabotage): Promise<DrillResult> {
    const deployments = sabotage?.apply ? sabotage.apply(context.deployments) : context.deployments;
    const run = new DrillRun(drill.id, { ...context, deployments }, sabotage?.id);
    const { id, title, phase, scenario } = drill;
    const result = (outcome: Outcome, broken?: DrillResult["broken"]): DrillResult => {
        const { timeline, ...stamp } = run.stamp;
        return {
            id,
            title,
            phase,
            ...(scenario === undefined ? {} : { scenario }),
            ...stamp,
            measurements: [],
            ...outcome,
            timeline: [...timeline, ...(outcome.timeline ?? [])],
            ...(broken === undefined ? {} : { broken }),
        };
    };
    const missing = drill.needs.filter((role) => !deployments[role]);
    if (missing.length > 0) {
        const reason = `${id} needs the deployments of ${drill.needs.join(", ")}; not there: ${missing.join(", ")}. Bring up phase ${phase} first.`;
        return result({ checks: [] }, { as: "ERROR", reason });
    }
    context.signal.throwIfAborted();
    let outcome: Outcome;
    try {
        try {
            // Whatever the script is waiting for, an interruption ends the drill.
            outcome = await Promise.race([drill.script(run), interrupted(context.signal)]);
        } finally {
            await run.close();
        }
    } catch (error) {
        context.signal.throwIfAborted();
        const message = error instanceof Error ? error.message : String(error);
        const last = run.history.print().at(-1)?.trim();
        const reason = last === undefined ? message : `${message} (the history ends with: ${last})`;
        return result({ checks: [] }, { as: error instanceof CannotRunHere ? "SKIPPED" : "ERROR", reason });
    }
    return outcome.checks.length > 0
        ? result(outcome)
        : result(outcome, { as: "ERROR", reason: "the drill checked nothing" });
}

/** Rejects when the run is interrupted; otherwise never ends. */
function interrupted(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason as Error);
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
}

/**
 * Repeats a drill on a deployment broken on purpose, and says whether the expected check turned red. One that breaks instead, or
 * that turns red for other checks alone, shows nothing about the expected one: an error of the control.
 */
export async function runControl(
    drill: Drill,
    sabotage: Sabotage,
    environment: DrillEnvironment,
): Promise<NegativeControl> {
    const result = await runDrill(drill, environment, sabotage);
    const failed = result.checks.filter((check) => !check.passed);
    const expected = failed.find((check) => check.id === sabotage.expectRed);
    const error = expected === undefined ? errorOf(result, failed) : undefined;
    return {
        id: sabotage.id,
        title: sabotage.title,
        drill: drill.id,
        expectRed: sabotage.expectRed,
        turnedRed: expected !== undefined,
        reason: expected
            ? `${expected.title}: expected ${expected.expected}, found ${expected.actual}`
            : (error ?? "every check passed"),
        ...(error === undefined ? {} : { error: true }),
    };
}

function errorOf({ broken }: DrillResult, failed: readonly Check[]): string | undefined {
    if (broken) return `the drill did not run to its end: ${broken.reason}`;
    if (failed.length === 0) return undefined;
    return `only other checks failed: ${failed.map((check) => `${check.id} (${check.actual})`).join("; ")}`;
}
