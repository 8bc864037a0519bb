import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { deploymentOrder, type Phase } from "../infra/phase";
import { kgents } from "../infra/profile";
import { startDoubles } from "./doubles/doubles";
import { allDrills } from "./drills";
import { claimFolder } from "./engine/directoryLock";
import { Engine } from "./engine/engine";
import { configure, seedEstate } from "./estate";
import type { RehearsalOptions } from "./options";
import { conclude, rehearsalRecord, type EngineRun, type RehearsalResult } from "./report";
import { revision } from "./revision";
import { findTools } from "./toolchain/findTools";
import type { Tools } from "./toolchain/tools";
import { walkRoadmap, type Found, type Sabotaged } from "./walkRoadmap";

/** Where a rehearsal runs, and how it speaks. */
export interface Surroundings {
    /** Report, exported states, configurations and logs. */
    readonly outDir: string;
    /** The engine's state and the pretend cloud, for as long as the rehearsal runs. */
    readonly workDir: string;
    readonly progress: (line: string) => void;
    readonly signal: AbortSignal;
}

/** In the work folder, for as long as a rehearsal runs; a killed one leaves them for the next to look through. */
const engineFolder = "engine";
const cloudFile = "cloud.jsonl";

const real = [
    "Pulumi engine, state, program and policy pack",
    "NATS servers, streams and the scripts of the deployed jobs",
];
const simulated = ["AWS, EKS and Kubernetes providers: doubles on the provider protocol"];

/** Brings every phase up to the wanted one, rehearses its drills and their negative controls, and takes all down again. */
export async function rehearse(options: RehearsalOptions, surroundings: Surroundings): Promise<RehearsalResult> {
    const { outDir, workDir, progress, signal } = surroundings;
    const startedAt = new Date();
    const sabotaged = findSabotage(options);
    // What a sabotaged drill shows does not change with the phases after it.
    const lastPhase = sabotaged && sabotaged.drill.phase < options.phase ? sabotaged.drill.phase : options.phase;
    const tools = await findTools({ progress, signal });
    // Before the pretend cloud is opened: a second run at the same time would rewrite the first one's.
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    const release = claimFolder(workDir);
    try {
        for (const part of ["state", "drills"]) rmSync(path.join(outDir, part), { recursive: true, force: true });
        const found = await onEngine(options, lastPhase, sabotaged, tools, surroundings);
        // Everything was taken down: the next run finds nothing that it would have to look through.
        for (const part of [engineFolder, cloudFile])
            rmSync(path.join(workDir, part), { recursive: true, force: true });
        return conclude({
            schemaVersion: 1,
            startedAt: startedAt.toISOString(),
            seconds: (Date.now() - startedAt.getTime()) / 1000,
            revision: revision(),
            phase: lastPhase,
            label: "rehearsal on this machine: nothing ran on AWS",
            real: [...new Set([...real, ...found.drills.flatMap((drill) => drill.real)])],
            simulated: [...new Set([...simulated, ...found.drills.flatMap((drill) => drill.simulated)])],
            tools: Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, tool.version])),
            record: rehearsalRecord({
                startedAt: startedAt.toISOString(),
                revision: revision(),
                scenario: `${kgents.name}, phases 10 to ${lastPhase}${sabotaged ? `, sabotaged: ${sabotaged.sabotage.title}` : ""}`,
                settings: { phase: lastPhase, quick: options.quick, seed: options.seed, stacks: found.settings },
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
    lastPhase: Phase,
    sabotaged: Sabotaged | undefined,
    tools: Tools,
    surroundings: Surroundings,
): Promise<Found> {
    const { outDir, workDir, progress, signal } = surroundings;
    const doubles = await startDoubles({ stateFile: path.join(workDir, cloudFile) });
    try {
        const engine = await Engine.start({ tools, doubles, dir: path.join(workDir, engineFolder), progress, signal });
        try {
            await engine.clear();
            const estate = await seedEstate(doubles, kgents);
            await configure(engine, estate);
            return await walkRoadmap({
                engine,
                estate,
                lastPhase,
                sabotaged,
                environment: {
                    profile: kgents,
                    tools,
                    outDir,
                    progress,
                    signal,
                    seed: options.seed,
                    quick: options.quick,
                },
                takeDown: () => {
                    // What AWS itself protects is let go first, as a person has to who means to destroy it.
                    doubles.cloud.liftDeletionProtection();
                    return takeDown(engine, lastPhase);
                },
            });
        } finally {
            engine.close();
        }
    } finally {
        await doubles.stop();
    }
}

/** Everything down again, the stack that was last brought up first: what a person would run to end a trial. */
async function takeDown(engine: Engine, phase: Phase): Promise<EngineRun[]> {
    const runs: EngineRun[] = [];
    for (const role of new Set([...deploymentOrder[phase]].reverse()))
        runs.push((await engine.stack(role).destroy()).run);
    return runs;
}

function findSabotage({ sabotage: id, phase }: RehearsalOptions): Sabotaged | undefined {
    if (id === undefined) return undefined;
    const all = allDrills.flatMap((drill) => drill.sabotages.map((sabotage) => ({ drill, sabotage })));
    const found = all.find(({ sabotage }) => sabotage.id === id);
    if (!found)
        throw new UsageError(`--sabotage is "${id}"; allowed: ${all.map(({ sabotage }) => sabotage.id).join(", ")}.`);
    if (found.drill.phase > phase)
        throw new UsageError(
            `--sabotage ${id} breaks what phase ${found.drill.phase} deploys, and --phase is ${phase}.`,
        );
    return found;
}

/** The person asked for something that there is not. */
export class UsageError extends Error {
    override readonly name = "UsageError";
}
