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
 * The roadmap from the baseline on: each phase up, then its drills, one after the other. What bears a busy machine runs beside the
 * engine's work that comes next: drills that say so, and the negative controls of all, which only judge.
 */
export async function walkRoadmap(walk: Walk): Promise<Found> {
    const { engine, estate, environment, sabotaged } = walk;
    const { progress, outDir } = environment;
    const runs: EngineRun[] = [];
    const checks: Check[] = [];
    const drills = new Map<Drill, DrillResult>();
    const controls = new BackgroundControls();
    let deployments: Deployments = {};
    let beside: Promise<void> = Promise.resolve();

    const rehearse = async (drill: Drill, given: Deployments) => {
        progress(`drill: ${drill.title}${sabotaged ? `, sabotaged: ${sabotaged.sabotage.title}` : ""}`);
        drills.set(drill, await runDrill(drill, { ...environment, deployments: given }, sabotaged?.sabotage));
    };
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
            await beside;
            await controls.settled();
            const given = deployments;
            const due = drillsOf(phase, sabotaged);
            for (const drill of due.filter((one) => !one.besideEngine)) await rehearse(drill, given);
            beside = (async () => {
                for (const drill of due.filter((one) => one.besideEngine)) await rehearse(drill, given);
                if (!sabotaged) for (const drill of due) controls.start(drill, { ...environment, deployments: given });
            })();
            // Told by the next phase, or at the end; without this a failure before that would end the process.
            beside.catch(() => undefined);
        }
        runs.push(...(await walk.takeDown()));
        await beside;
        const results = allDrills.flatMap((drill) => drills.get(drill) ?? []);
        return { runs, checks, drills: results, controls: await controls.settled(), settings: settingsOf(deployments) };
    } finally {
        await beside.catch(() => undefined);
        await controls.ended();
    }
}

function drillsOf(phase: Phase, sabotaged?: Sabotaged): readonly Drill[] {
    return allDrills.filter((drill) => drill.phase === phase && (sabotaged === undefined || drill === sabotaged.drill));
}

function settingsOf(deployments: Deployments): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(deployments).map(([role, deployment]) => [
            role,
            { phase: deployment?.outputs.phase, region: deployment?.outputs.region },
        ]),
    );
}
