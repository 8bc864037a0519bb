import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { phaseTitles, phasesUpTo, deploymentOrder, type Phase } from "../infra/phase";
import { kgents } from "../infra/profile";
import { bringUp } from "./bringUp";
import { turnLiveName } from "./cutover";
import { startDoubles } from "./doubles/doubles";
import { allDrills } from "./drills";
import type { Deployments, Drill, Sabotage } from "./drills/drill";
import { claimFolder } from "./engine/directoryLock";
import { Engine } from "./engine/engine";
import { configure, seedEstate, type Estate } from "./estate";
import type { RehearsalOptions } from "./options";
import { conclude, rehearsalRecord, type Check, type DrillResult, type EngineRun, type NegativeControl, type RehearsalResult } from "./report";
import { revision } from "./revision";
import { runControl, runDrill } from "./runDrills";
import { findTools } from "./toolchain/findTools";
import type { Tools } from "./toolchain/tools";

/** Where a rehearsal runs, and how it speaks. */
export interface Surroundings {
    /** Report, exported states, configurations and logs. */
    readonly outDir: string;
    /** The engine's state and the pretend cloud, for as long as the rehearsal runs. */
    readonly workDir: string;
    readonly progress: (line: string) => void;
    readonly signal: AbortSignal;
}

const real = [
    "Pulumi engine, state, program and policy pack",
    "NATS servers, streams and the scripts of the deployed jobs",
];
const simulated = ["AWS, EKS and Kubernetes providers: doubles on the provider protocol"];

/** Brings every phase up to the wanted one, rehearses its drills and their negative controls, and takes all down again. */
export async function rehearse(options: RehearsalOptions, surroundings: Surroundings): Promise<RehearsalResult> {
    const { outDir, workDir, progress, signal } = surroundings;
    const startedAt = new Date();
    const sabotaged = findSabotage(options.sabotage);
    const tools = await findTools({ progress, signal });
    // Before the pretend cloud is opened: a second run at the same time would rewrite the first one's.
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    const release = claimFolder(workDir);
    try {
        for (const part of ["state", "drills"]) rmSync(path.join(outDir, part), { recursive: true, force: true });
        const found = await onEngine(options, sabotaged, tools, surroundings);
        return conclude({
            schemaVersion: 1,
            startedAt: startedAt.toISOString(),
            seconds: (Date.now() - startedAt.getTime()) / 1000,
            revision: revision(),
            phase: options.phase,
            label: "rehearsal on this machine: nothing ran on AWS",
            real: [...new Set([...real, ...found.drills.flatMap((drill) => drill.real)])],
            simulated: [...new Set([...simulated, ...found.drills.flatMap((drill) => drill.simulated)])],
            tools: Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, tool.version])),
            record: rehearsalRecord({
                startedAt: startedAt.toISOString(),
                revision: revision(),
                scenario: `${kgents.name}, phases 10 to ${options.phase}${sabotaged ? `, sabotaged: ${sabotaged.sabotage.title}` : ""}`,
                settings: { phase: options.phase, quick: options.quick, seed: options.seed, stacks: found.settings },
            }),
            engine: found.runs,
            checks: found.checks,
            drills: found.drills,
            controls: found.controls,
        });
    } finally {
        release();
    }
}

/** The part that needs a pretend cloud and an engine over it; both end with it. */
async function onEngine(
    options: RehearsalOptions,
    sabotaged: Sabotaged | undefined,
    tools: Tools,
    surroundings: Surroundings,
): Promise<Found> {
    const { workDir, progress, signal } = surroundings;
    const doubles = await startDoubles({ stateFile: path.join(workDir, "cloud.jsonl") });
    try {
        const engine = await Engine.start({ tools, doubles, dir: path.join(workDir, "engine"), progress, signal });
        try {
            await engine.clear();
            const estate = await seedEstate(doubles, kgents);
            await configure(engine, estate);
            const found = await walk(engine, estate, options, sabotaged, tools, surroundings);
            // What AWS itself protects is let go first, as a person has to who means to destroy it.
            doubles.cloud.liftDeletionProtection();
            found.runs.push(...(await takeDown(engine, options.phase)));
            return found;
        } finally {
            engine.close();
        }
    } finally {
        await doubles.stop();
    }
}

interface Found {
    readonly runs: EngineRun[];
    readonly checks: Check[];
    readonly drills: DrillResult[];
    readonly controls: NegativeControl[];
    settings: Record<string, unknown>;
}

interface Sabotaged {
    readonly drill: Drill;
    readonly sabotage: Sabotage;
}

async function walk(
    engine: Engine,
    estate: Estate,
    options: RehearsalOptions,
    sabotaged: Sabotaged | undefined,
    tools: Tools,
    { outDir, progress, signal }: Surroundings,
): Promise<Found> {
    let before: Deployments = {};
    const found: Found = { runs: [], checks: [], drills: [], controls: [], settings: {} };
    for (const phase of phasesUpTo(options.phase)) {
        progress(`phase ${phase}, ${phaseTitles[phase]}`);
        const up = await bringUp(engine, phase, before, path.join(outDir, "state"));
        found.runs.push(...up.runs);
        found.checks.push(...up.checks);
        before = { ...before, ...up.deployments };
        if (phase === 12) {
            const cutover = await turnLiveName(engine, estate);
            found.runs.push(cutover.run);
            found.checks.push(cutover.check);
            before = { ...before, primary: await engine.stack("primary").export() };
        }
        found.settings = settingsOf(before);
        const environment = { deployments: before, profile: kgents, tools, outDir, progress, signal, seed: options.seed, quick: options.quick };
        if (sabotaged) {
            if (sabotaged.drill.phase !== phase) continue;
            progress(`drill: ${sabotaged.drill.title}, sabotaged: ${sabotaged.sabotage.title}`);
            found.drills.push(await runDrill(sabotaged.drill, environment, sabotaged.sabotage));
            continue;
        }
        for (const drill of allDrills.filter((candidate) => candidate.phase === phase)) {
            progress(`drill: ${drill.title}`);
            found.drills.push(await runDrill(drill, environment));
            for (const sabotage of drill.sabotages) {
                progress(`negative control: ${sabotage.title}`);
                found.controls.push(await runControl(drill, sabotage, { ...environment, progress: () => undefined, quick: true }));
            }
        }
    }
    return found;
}

/** Everything down again, the last stack first: what a person would run to end a trial. */
async function takeDown(engine: Engine, phase: Phase): Promise<EngineRun[]> {
    const runs: EngineRun[] = [];
    for (const role of [...new Set(deploymentOrder[phase])].reverse()) runs.push((await engine.stack(role).destroy()).run);
    return runs;
}

function settingsOf(deployments: Deployments): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(deployments).map(([role, deployment]) => [role, { phase: deployment?.outputs.phase, region: deployment?.outputs.region }]),
    );
}

function findSabotage(id: string | undefined): Sabotaged | undefined {
    if (id === undefined) return undefined;
    const all = allDrills.flatMap((drill) => drill.sabotages.map((sabotage) => ({ drill, sabotage })));
    const found = all.find(({ sabotage }) => sabotage.id === id);
    if (!found) throw new UsageError(`--sabotage is "${id}"; allowed: ${all.map(({ sabotage }) => sabotage.id).join(", ")}.`);
    return found;
}

/** The person asked for something that there is not. */
export class UsageError extends Error {
    override readonly name = "UsageError";
}
