import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SystemProfile } from "../../components/model/profile";
import { requiredTags } from "../../components/model/requiredTags";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { Engine, type EngineOptions } from "../../engine/driver/engine";
import { findTools } from "../../engine/toolchain/findTools";
import { policyConfigOf } from "../../infra/policyConfig";
import type { BenchContext } from "./bench";

/** What an engine of a benchmark runs: a project, with or without policies. */
export type EngineChoice = Pick<EngineOptions, "projectDir" | "policyPack" | "policyPackConfig">;

/** Engines by name, each with a state of its own, for as long as `body` runs. */
export async function withEngines<Name extends string, Result>(
    choices: Readonly<Record<Name, EngineChoice>>,
    { dir, progress, signal }: BenchContext,
    body: (engines: Readonly<Record<Name, Engine>>, doubles: Doubles) => Promise<Result>,
): Promise<Result> {
    const tools = await findTools({ names: ["pulumi"], progress, signal });
    const doubles = await startDoubles();
    const engines: Partial<Record<Name, Engine>> = {};
    try {
        for (const name of Object.keys(choices) as Name[]) {
            engines[name] = await Engine.start({ tools, doubles, dir: join(dir, name), signal, ...choices[name] });
        }
        return await body(engines as Record<Name, Engine>, doubles);
    } finally {
        for (const engine of Object.values<Engine | undefined>(engines)) engine?.close();
        await doubles.stop();
    }
}

/** Tells the program of bare resources where they are and which tags they carry, so that they keep every policy of the system. */
export async function configureResources(engine: Engine, system: SystemProfile): Promise<void> {
    await engine.stack("dr").setConfig("region", system.regions.dr.name);
    await engine.stack("dr").setConfig("tags", requiredTags(system, "dr"));
}

/** Tells the pack that the programs' project is the system's, so that it leaves none of its work out. Returns the file. */
export function configurePack({ dir, system }: BenchContext, project: string): string {
    const file = join(dir, "policy-pack-config.json");
    writeFileSync(file, JSON.stringify(policyConfigOf(system, { project })));
    return file;
}
