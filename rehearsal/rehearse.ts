import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Phase } from "../components/model/phase";
import type { SystemProfile } from "../components/model/profile";
import { deliveredPhases, phaseOf, phasesUpTo } from "../infra/roadmap";
import { roadmap } from "../stacks/roadmap";
import { startDoubles } from "../testbed/doubles/doubles";
import { claimFolder } from "../engine/driver/directoryLock";
import { Engine, type EngineOptions } from "../engine/driver/engine";
import { configure, seedEstate } from "./estate";
import type { RehearsalOptions } from "./options";
import { conclude, rehearsalRecord, type EngineRun, type RehearsalResult } from "../report";
import { select, type Selection } from "./selection";
import { revision } from "./revision";
import { findTools } from "../engine/toolchain/findTools";
import type { Tools } from "../engine/toolchain/tools";
import type { Tell } from "./progress/events";
import { walkRoadmap, type Found } from "./phases/walkRoadmap";

/** What is rehearsed, where, and how the rehearsal speaks. */
export interface Surroundings {
    readonly system: SystemProfile;
    /** The system's program as the engine runs it. */
    readonly project: Pick<EngineOptions, "projectDir" | "policyPack" | "program">;
    /** Report, exported states, configurations and logs. */
    readonly outDir: string;
    /** The engine's state and the pretend cloud, for as long as the rehearsal runs. */
    readonly workDir: string;
    readonly tell: Tell;
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
    const { system, outDir, workDir, signal } = surroundings;
    const startedAt = new Date();
    const selection = select(options);
    const { sabotaged, lastPhase } = selection;
    const tools = await findTools({ progress: speaker(surroundings), signal, natsServer: options.natsServer });
    // Before the pretend cloud is opened: a second run at the same time would rewrite the first one's.
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    const release = claimFolder(workDir);
    try {
        for (const part of ["state", "drills"]) rmSync(path.join(outDir, part), { recursive: true, force: true });
        const found = await onEngine(options, selection, tools, surroundings);
        // Everything was taken down: the next run finds nothing that it would have to look through.
        for (const part of [engineFolder, cloudFile])
            rmSync(path.join(workDir, part), { recursive: true, force: true });
        return conclude({
            schemaVersion: 1,
            startedAt: startedAt.toISOString(),
            seconds: (Date.now() - startedAt.getTime()) / 1000,
            revision: revision(),
            phase: lastPhase,
            phaseTitle: phaseOf(roadmap, lastPhase).title,
            contracts: system.contracts,
            label: "rehearsal on this machine: nothing ran on AWS",
            real: [...new Set([...real, ...found.drills.flatMap((drill) => drill.real)])],
            simulated: [...new Set([...simulated, ...found.drills.flatMap((drill) => drill.simulated)])],
            tools: Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, tool.version])),
            record: rehearsalRecord({
                startedAt: startedAt.toISOString(),
                revision: revision(),
                scenario: `${system.name}, phases ${roadmap[0]!.id} to ${lastPhase}${sabotaged ? `, sabotaged: ${sabotaged.sabotage.title}` : ""}`,
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
    selection: Selection,
    tools: Tools,
    surroundings: Surroundings,
): Promise<Found> {
    const { system, project, outDir, workDir, tell, signal } = surroundings;
    const doubles = await startDoubles({ stateFile: path.join(workDir, cloudFile) });
    try {
        const engine = await Engine.start({
            ...project,
            tools,
            doubles,
            dir: path.join(workDir, engineFolder),
            progress: speaker(surroundings),
            signal,
        });
        try {
            await engine.clear();
            const estate = await seedEstate(doubles, system);
            await configure(engine, estate);
            return await walkRoadmap({
                engine,
                estate,
                roadmap,
                selection,
                tell,
                environment: {
                    profile: system,
                    tools,
                    outDir,
                    signal,
                    seed: options.seed,
                    quick: options.quick,
                },
                takeDown: () => {
                    // What AWS itself protects is let go first, as a person has to who means to destroy it.
                    doubles.cloud.liftDeletionProtection();
                    return takeDown(engine, selection.lastPhase);
                },
            });
        } finally {
            engine.close();
        }
    } finally {
        await doubles.stop();
    }
}

/** For what speaks in lines and is no step of its own. */
function speaker({ tell }: Surroundings): (line: string) => void {
    return (text) => tell({ kind: "says", text });
}

/** Everything down again, the stack that was last brought up first: what a person would run to end a trial. */
async function takeDown(engine: Engine, phase: Phase): Promise<EngineRun[]> {
    const runs: EngineRun[] = [];
    const ups = phasesUpTo(deliveredPhases(roadmap), phase).flatMap(({ order }) => order);
    for (const role of new Set(ups.reverse())) runs.push((await engine.stack(role).destroy()).run);
    return runs;
}
