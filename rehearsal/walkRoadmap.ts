import path from "node:path";
import { phaseTitles, phasesUpTo, type Phase } from "../infra/phase";
import { bringUp } from "./bringUp";
import { BackgroundControls } from "./backgroundControls";
import { turnLiveName } from "./cutover";
import { allDrills } from "./drills";
import type { Deployments, Drill, Sabotage } from "./drills/drill";
import type { Engine } from "./engine/engine";
import type { Estate } from "./estate";
import type { Check, DrillResult, EngineRun, NegativeControl } from "./report";
import { runDrill, type DrillEnvironment } from "./runDrills";

/** A drill on a deployment that was broken on purpose. */
export interface Sabotaged {
    readonly drill: Drill;
    readonly sabotage: Sabotage;
}

export interface Walk {
    readonly engine: Engine;
    readonly estate: Estate;
    readonly lastPhase: Phase;
    /** The only drill to run, and how it is sabotaged; absent: every drill, each with its negative controls. */
    readonly sabotaged?: Sabotaged;
    /** What every drill gets; the deployments come phase by phase. */
    readonly environment: Omit<DrillEnvironment, "deployments">;
    /** After the last phase, beside the controls that are still running. */
    readonly takeDown: () => Promise<readonly EngineRun[]>;
}

export interface Found {
    readonly runs: readonly EngineRun[];
    readonly checks: readonly Check[];
    readonly drills: readonly DrillResult[];
    readonly controls: readonly NegativeControl[];
    /** Every stack's phase and region, as deployed. */
    readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * The roadmap from the baseline on: each phase up, then its drills, one after the other and with the machine to themselves,
 * because they measure. Their negative controls only judge: they run beside the engine's work on the next phase.
 */
export async function walkRoadmap(walk: Walk): Promise<Found> {
    const { engine, estate, environment, sabotaged } = walk;
    const { progress, outDir } = environment;
    const runs: EngineRun[] = [];
    const checks: Check[] = [];
    const drills: DrillResult[] = [];
    const controls = new BackgroundControls();
    let deployments: Deployments = {};
    try {
        for (const phase of phasesUpTo(walk.lastPhase)) {
            progress(`phase ${phase}, ${phaseTitles[phase]}`);
            const up = await bringUp(engine, phase, deployments, path.join(outDir, "state"));
            runs.push(...up.runs);
            checks.push(...up.checks);
            deployments = { ...deployments, ...up.deployments };
            if (phase === 12) {
                const cutover = await turnLiveName(engine, estate);
                runs.push(cutover.run);
                checks.push(cutover.check);
                deployments = { ...deployments, primary: await engine.stack("primary").export() };
            }
            await controls.settled();
            for (const drill of drillsOf(phase, sabotaged)) {
                progress(`drill: ${drill.title}${sabotaged ? `, sabotaged: ${sabotaged.sabotage.title}` : ""}`);
                drills.push(await runDrill(drill, { ...environment, deployments }, sabotaged?.sabotage));
            }
            if (!sabotaged) for (const drill of drillsOf(phase)) controls.start(drill, { ...environment, deployments });
        }
        runs.push(...(await walk.takeDown()));
        return { runs, checks, drills, controls: await controls.settled(), settings: settingsOf(deployments) };
    } finally {
        await controls.ended();
    }
}

function drillsOf(phase: Phase, sabotaged?: Sabotaged): readonly Drill[] {
    return allDrills.filter((drill) => drill.phase === phase && (sabotaged === undefined || drill === sabotaged.drill));
}

function settingsOf(deployments: Deployments): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(deployments).map(([role, deployment]) => [role, { phase: deployment?.outputs.phase, region: deployment?.outputs.region }]),
    );
}
