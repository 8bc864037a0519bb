import path from "node:path";
import type { Phase } from "../../components/model/phase";
import { deliveredPhases, phasesUpTo, type PhaseDefinition, type Roadmap } from "../../infra/roadmap";
import { bringUp } from "./bringUp";
import { BackgroundControls } from "../backgroundControls";
import type { Deployments } from "../kit/context";
import type { Drill } from "../kit/drill";
import type { Engine } from "../../engine/driver/engine";
import type { Estate } from "../estate";
import { drillPassed, type Check, type DrillResult, type EngineRun, type NegativeControl } from "../../report";
import type { Selection } from "../selection";
import { drillStep, controlStep, phaseStep, takeDownStep, type Step, type Tell } from "../progress/events";
import { runDrill, type DrillEnvironment } from "../kit/runDrill";

export interface Walk {
    readonly engine: Engine;
    readonly estate: Estate;
    readonly roadmap: Roadmap;
    /** The drills to run, and up to which phase. */
    readonly selection: Selection;
    /** Where each step is told of as it begins and ends. */
    readonly tell: Tell;
    /** What every drill gets; the deployments come phase by phase. */
    readonly environment: Omit<DrillEnvironment, "deployments" | "progress">;
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
    const { engine, estate, selection, tell } = walk;
    const { sabotaged } = selection;
    const { outDir } = walk.environment;
    const runs: EngineRun[] = [];
    const checks: Check[] = [];
    const drills = new Map<Drill, DrillResult>();
    const controls = new BackgroundControls(tell);
    let deployments: Deployments = {};
    let beside: Promise<void> = Promise.resolve();

    const rehearse = async (drill: Drill, given: Deployments) => {
        const step = drillStep(drill, sabotaged?.sabotage);
        tell({ kind: "begins", step });
        const progress = (text: string) => tell({ kind: "says", step, text });
        const environment = { ...walk.environment, progress, deployments: given };
        const result = await runDrill(drill, environment, sabotaged?.sabotage);
        drills.set(drill, result);
        tell({ kind: "ends", step, passed: drillPassed(result, walk.environment.profile.contracts) });
    };
    try {
        const stateDir = path.join(outDir, "state");
        const phases = phasesUpTo(deliveredPhases(walk.roadmap), selection.lastPhase);
        tell({ kind: "plan", steps: stepsOf(phases, selection) });
        for (const definition of phases) {
            const step = phaseStep(definition);
            tell({ kind: "begins", step });
            const up = await bringUp(definition, { engine, estate, before: deployments, stateDir });
            runs.push(...up.runs);
            checks.push(...up.checks);
            tell({ kind: "ends", step, passed: allPassed(up.checks) });
            deployments = { ...deployments, ...up.deployments };
            await beside;
            await controls.settled();
            const given = deployments;
            const due = drillsOf(definition.id, selection);
            const startControls = () => {
                if (!sabotaged)
                    for (const drill of due) controls.start(drill, { ...walk.environment, deployments: given });
            };
            // The engine has little to do after the last phase: its controls would be what the run waits for at the end.
            const isLast = definition === phases.at(-1);
            if (isLast) startControls();
            for (const drill of due.filter((one) => !one.besideEngine)) await rehearse(drill, given);
            beside = (async () => {
                for (const drill of due.filter((one) => one.besideEngine)) await rehearse(drill, given);
                if (!isLast) startControls();
            })();
            // Told by the next phase, or at the end; without this a failure before that would end the process.
            beside.catch(() => undefined);
        }
        tell({ kind: "begins", step: takeDownStep });
        runs.push(...(await walk.takeDown()));
        tell({ kind: "ends", step: takeDownStep, passed: true });
        await beside;
        const results = selection.drills.flatMap((drill) => drills.get(drill) ?? []);
        return { runs, checks, drills: results, controls: await controls.settled(), settings: settingsOf(deployments) };
    } finally {
        await beside.catch(() => undefined);
        await controls.ended();
    }
}

/** Everything that the walk will do, a negative control for each sabotage of a drill. */
function stepsOf(phases: readonly PhaseDefinition[], selection: Selection): Step[] {
    const { sabotaged } = selection;
    const due = phases.flatMap(({ id }) => drillsOf(id, selection));
    return [
        ...phases.map(phaseStep),
        takeDownStep,
        ...due.map((drill) => drillStep(drill, sabotaged?.sabotage)),
        ...(sabotaged ? [] : due.flatMap(({ sabotages }) => sabotages.map(controlStep))),
    ];
}

function allPassed(checks: readonly Check[]): boolean {
    return checks.every(({ passed }) => passed);
}

function drillsOf(phase: Phase, { drills }: Selection): readonly Drill[] {
    return drills.filter((drill) => drill.phase === phase);
}

function settingsOf(deployments: Deployments): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(deployments).map(([role, deployment]) => [
            role,
            { phase: deployment?.outputs.phase, region: deployment?.outputs.region },
        ]),
    );
}
