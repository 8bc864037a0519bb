import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { ProgramRunner } from "../../engine/driver/programRunner";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { buildPolicies } from "../../scripts/buildPolicies.mjs";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { shippedProject, type JudgedProgram, type Judgement } from "./harness";

/** What a pack made of a program on the engine. */
export interface EngineJudgement extends Judgement {
    /** Every message of every policy, as "policy: message", sorted. */
    readonly all: readonly string[];
    /** Policies that told something and stopped nothing. */
    readonly advisory: readonly string[];
}

/** Where a pack runs on the engine. */
export interface EnginePack {
    /** Project of the programs. @default the shipped program's */
    readonly project?: string;
    /** Folder of the pack. @default policies/, the shipped one */
    readonly pack?: string;
    /** How the pack is given to the CLI. @default "executable" */
    readonly form?: "folder" | "executable";
}

/** Judges programs through the real engine with a pack on. Engine and doubles live as long as the test file. */
export function describeOnEngine(
    title: string,
    body: (judge: (options: JudgedProgram) => Promise<EngineJudgement>) => void,
    { project = shippedProject, pack = path.resolve(__dirname, ".."), form = "executable" }: EnginePack = {},
): void {
    describeWithTools(`${title}, through the engine`, ["pulumi"], (tools) => {
        let doubles: Doubles;
        let runner: ProgramRunner;
        beforeAll(async () => {
            const built = await buildPolicies(pack);
            doubles = await startDoubles();
            runner = await ProgramRunner.start({ tools, doubles, policyPack: built[form], project });
        });
        afterAll(async () => {
            await runner?.stop();
            await doubles?.stop();
        });
        body(async ({ policyConfig, ...options }) => {
            const result = await runner.run({ ...options, policyPackConfig: policyConfig });
            if (!result.succeeded && result.violations.length === 0)
                throw new Error(`no policy stopped the program, but: ${result.message}`);
            return {
                exitCode: result.exitCode,
                messages: result.violations.map(({ message }) => message).sort(),
                all: result.violations.map((found) => `${found.policy}: ${found.message}`).sort(),
                advisory: result.violations.filter(({ level }) => level === "advisory").map(({ policy }) => policy),
                policies: [...new Set(result.violations.map((violation) => violation.policy))].sort(),
                unlooked: result.unlooked.map((violation) => violation.policy),
                deployed: (resource) => result.deployment?.resources.find((one) => one.name === resource)?.inputs ?? {},
            };
        });
    });
}
