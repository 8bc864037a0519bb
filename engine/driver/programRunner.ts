import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { Deployment } from "../state/deployment";
import type { Tool } from "../toolchain/tools";
import { Engine, type EngineDoubles } from "./engine";
import { EngineError } from "./engineError";
import type { RunRecord } from "./events";

/** A small program and how to run it. */
export interface ProgramOptions {
    /** What registers the resources; it runs in this process. What it returns are the stack's outputs. */
    readonly program: PulumiFn | (() => void);
    /** Default: dr. */
    readonly stack?: string;
    /** Configuration; keys without a namespace are the project's own. Default: none. */
    readonly config?: Readonly<Record<string, unknown>>;
    /** What `--policy-pack-config` is given, as an object. Default: none. */
    readonly policyPackConfig?: Readonly<Record<string, unknown>>;
    /** `up` knows every value and runs the stack's policies over outputs; `preview` is what CI does first. Default: preview. */
    readonly operation?: "preview" | "up";
}

/** How it went; a run that was refused is a result here, and no error. */
export interface ProgramResult extends RunRecord {
    readonly succeeded: boolean;
    readonly exitCode: number;
    /** What a person reads of a run that failed. */
    readonly message: string;
    /** What an `up` deployed. */
    readonly deployment?: Deployment;
}

export interface ProgramRunnerOptions {
    readonly tools: { readonly pulumi: Tool };
    readonly doubles: EngineDoubles;
    /** Folder of the policy pack, built. Default: none. */
    readonly policyPack?: string;
    /** Name of the project that the programs are of. Default: "drkit-program". */
    readonly project?: string;
}

/** Of the policy pack, in the runner's folder; written anew for each program. */
const configFile = "policy-pack-config.json";

/** Runs small programs through the real engine, one after the other, each on an empty stack. */
export class ProgramRunner {
    #program: PulumiFn = async () => undefined;
    #queue: Promise<unknown> = Promise.resolve();

    private constructor(
        private readonly engine: Engine,
        private readonly dir: string,
    ) {}

    static async start({
        tools,
        doubles,
        policyPack,
        project = "drkit-program",
    }: ProgramRunnerOptions): Promise<ProgramRunner> {
        const dir = mkdtempSync(path.join(tmpdir(), "drkit-program-"));
        const projectDir = path.join(dir, "program");
        mkdirSync(projectDir);
        writeFileSync(path.join(projectDir, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
        const program = async () => runner.#program();
        const engine = await Engine.start({
            tools,
            doubles,
            policyPack,
            policyPackConfig: policyPack && path.join(dir, configFile),
            projectDir,
            program,
            dir: path.join(dir, "engine"),
        });
        writeFileSync(path.join(dir, configFile), "");
        const runner = new ProgramRunner(engine, dir);
        return runner;
    }

    /** Runs a program. Never rejects because a policy, the engine or the program refused. */
    run(options: ProgramOptions): Promise<ProgramResult> {
        const result = this.#queue.then(() => this.#run(options));
        this.#queue = result.catch(() => undefined);
        return result;
    }

    /** Removes everything that was written. */
    async stop(): Promise<void> {
        await this.#queue;
        this.engine.close();
        rmSync(this.dir, { recursive: true, force: true });
    }

    async #run({
        program,
        stack: name = "dr",
        config = {},
        operation = "preview",
        policyPackConfig,
    }: ProgramOptions): Promise<ProgramResult> {
        this.#program = async () => program();
        // The CLI takes an empty file for no configuration.
        writeFileSync(path.join(this.dir, configFile), policyPackConfig ? JSON.stringify(policyPackConfig) : "");
        const stack = this.engine.stack(name);
        stack.config.replace(config);
        try {
            const run = await stack[operation]();
            const deployment = operation === "up" ? await stack.export() : undefined;
            return { ...run, succeeded: true, exitCode: 0, message: "", deployment };
        } catch (error) {
            if (!(error instanceof EngineError)) throw error;
            return { ...error.record, succeeded: false, exitCode: error.exitCode, message: error.message };
        } finally {
            // The next program finds nothing of this one, neither in the state nor in the cloud.
            if (operation === "up") await this.engine.clear();
        }
    }
}
