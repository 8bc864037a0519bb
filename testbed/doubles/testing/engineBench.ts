import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach } from "vitest";
import { startDoubles, type Doubles } from "../doubles/doubles";
import type { Tool } from "../toolchain/tools";
import { Engine, type EngineOptions } from "./engine";

const fixtures = path.join(__dirname, "fixtures");

/** A small project and policy pack for the engine's own tests, so that they do not depend on what the real ones say. */
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
        const dir = mkdtempSync(path.join(tmpdir(), "kgents-engine-"));
        cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
        const doubles = await startDoubles();
        cleanups.push(() => doubles.stop());
        const lines: string[] = [];
        const progress = (line: string) => void lines.push(line);
        const start = async (options: Partial<EngineOptions> = {}) => {
            const engine = await Engine.start({
                tools,
                doubles,
                dir,
                progress,
                projectDir: fixtureProject,
                policyPack: fixturePolicies,
                ...options,
            });
            cleanups.push(() => engine.close());
            return engine;
        };
        return { dir, lines, doubles, start };
    };
}
