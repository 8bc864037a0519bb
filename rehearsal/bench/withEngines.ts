import { join } from "node:path";
import { startDoubles, type Doubles } from "../doubles/doubles";
import { Engine, type EngineOptions } from "../engine/engine";
import { findTools } from "../toolchain/findTools";
import type { BenchContext } from "./bench";

/** What an engine of a benchmark runs; by default the shipped project with its policies. */
export type EngineChoice = Pick<EngineOptions, "projectDir" | "policyPack">;

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
