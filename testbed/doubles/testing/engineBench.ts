import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach } from "vitest";
import { buildPolicies } from "../../../scripts/buildPolicies.mjs";
import { startDoubles, type Doubles } from "../doubles";
import type { Tool } from "../../../engine/toolchain/tools";
import { Engine, type EngineOptions } from "../../../engine/driver/engine";

const fixtures = path.join(__dirname, "..", "..", "..", "engine", "driver", "fixtures");

/** A small project and a policy pack, once built, for the engine's own tests, so that they do not depend on what the real ones say. */
export const fixtureProject = path.join(fixtures, "project");
export const fixturePolicies = path.join(fixtures, "policies");

/** An engine over the fixture project in a folder of its own, with what it tells a person. */
export interface EngineBench {
    readonly dir: string;
    readonly lines: string[];
    readonly doubles: Doubles;
    /** Starts an engine in the bench's folder; it is closed when the test ends. */
    start(options?: Partial<EngineOptions>): Promise<Engine>;
}

/** Makes benches in tests and clears away after each test. */
export function engineBenches(tools: { readonly pulumi: Tool }): () => Promise<EngineBench> {
    const cleanups: (() => unknown)[] = [];
    afterEach(async () => {
        for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });
    return async () => {
        const dir = mkdtempSync(path.join(tmpdir(), "drkit-engine-"));
        cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
        const doubles = await startDoubles();
        cleanups.push(() => doubles.stop());
        const lines: string[] = [];
        const progress = (line: string) => void lines.push(line);
        const start = async (options: Partial<EngineOptions> = {}) => {
            const { executable } = await buildPolicies(fixturePolicies);
            const engine = await Engine.start({
                tools,
                doubles,
                dir,
                progress,
                projectDir: fixtureProject,
                policyPack: executable,
                ...options,
            });
            cleanups.push(() => engine.close());
            return engine;
        };
        return { dir, lines, doubles, start };
    };
}
