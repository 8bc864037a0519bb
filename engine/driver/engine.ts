import path from "node:path";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { Tool } from "../toolchain/tools";
import { claimFolder } from "./directoryLock";
import { engineEnvironment, prepareFolder } from "./engineFolder";
import { EngineStack, type EngineSetup } from "./engineStack";
import { PulumiProcess } from "./pulumiProcess";
import { recover, stacksWithState, type RecoverableCloud, type Recovery } from "./recovery";

/** Where Node keeps what it compiled: beside the packages, so that every engine finds it. */
const compileCache = path.resolve(__dirname, "../../node_modules/.cache/compile");

/** The pretend cloud behind the engine. */
export interface EngineDoubles {
    /** Value of PULUMI_DEBUG_PROVIDERS. */
    readonly debugProviders: string;
    /** What exists in it: lets a later run find what a killed one left behind. */
    readonly cloud?: RecoverableCloud;
}

export interface EngineOptions {
    readonly tools: { readonly pulumi: Tool };
    readonly doubles: EngineDoubles;
    /** Folder for state, configuration and the engine's home; a later run in the same folder finds them again. */
    readonly dir: string;
    /** A line for the person who watches, at most 80 columns. Default: silence. */
    readonly progress?: (line: string) => void;
    /** Interrupts what runs: the engine finishes its steps, then everything ends. */
    readonly signal?: AbortSignal;
    /** Folder of the project to run. */
    readonly projectDir: string;
    /** The policy pack, built: its folder or its executable. Default: none. */
    readonly policyPack?: string;
    /** File with the pack's configuration, for `--policy-pack-config`. Default: none. */
    readonly policyPackConfig?: string;
    /** A program of this process in place of the project's entry. For tests. */
    readonly program?: PulumiFn;
}

/** The real Pulumi engine over a project, on this machine alone. */
export class Engine {
    readonly #stacks = new Map<string, EngineStack>();

    #recovery: Recovery = { unlocked: [], pending: [], orphans: [], damaged: [] };

    private constructor(
        private readonly setup: EngineSetup,
        private readonly cloud: RecoverableCloud | undefined,
        private readonly release: () => void,
    ) {}

    /** What a former run in the folder had left open. */
    get recovery(): Recovery {
        return this.#recovery;
    }

    /** Whether two stacks may be refused or shown beside one another: a program of this process has one runtime for all of them. */
    get sideBySide(): boolean {
        return this.setup.program === undefined;
    }

    /** Claims the folder, deals with what a killed run left in it, and gets everything ready for a first command. */
    static async start(options: EngineOptions): Promise<Engine> {
        const {
            tools,
            doubles,
            dir,
            progress = () => undefined,
            signal,
            projectDir,
            policyPack,
            policyPackConfig,
            program,
        } = options;
        const folder = prepareFolder(dir, projectDir);
        const release = claimFolder(folder.dir);
        try {
            const engine = new Engine(
                {
                    pulumi: new PulumiProcess(tools.pulumi.path, tools.pulumi.version),
                    folder,
                    environment: engineEnvironment(folder, doubles.debugProviders, compileCache, tools.pulumi.path),
                    projectDir,
                    policyPack,
                    policyPackConfig,
                    program,
                    progress,
                    signal,
                },
                doubles.cloud,
                release,
            );
            engine.#recovery = await recover({
                folder,
                progress,
                cloud: doubles.cloud,
                stack: (name) => engine.stack(name),
            });
            return engine;
        } catch (error) {
            release();
            throw error;
        }
    }

    /** A stack of the project; made in the backend when it is first used. */
    stack(name: string): EngineStack {
        const known = this.#stacks.get(name);
        if (known !== undefined) return known;
        const stack = new EngineStack(name, this.setup);
        this.#stacks.set(name, stack);
        return stack;
    }

    /**
     * Forgets what every stack holds and removes everything from the pretend cloud, so that a rehearsal begins with nothing.
     * Quicker than a destroy, and only right because nothing exists outside the pretend cloud.
     */
    async clear(): Promise<void> {
        const { folder, progress } = this.setup;
        for (const name of stacksWithState(folder)) {
            const { resources } = await this.stack(name).export();
            if (resources.length === 0) continue;
            await this.stack(name).importRaw({ version: 3, deployment: {} });
            progress(`${name}: forgot ${resources.length} resources of a former run`);
        }
        for (const object of this.cloud?.objects() ?? []) this.cloud?.remove(object);
    }

    /** Gives the folder back. What the stacks hold stays. */
    close(): void {
        this.release();
    }
}
