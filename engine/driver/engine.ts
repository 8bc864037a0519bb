import path from "node:path";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { buildPolicies } from "../../scripts/buildPolicies.mjs";
import type { Role } from "../../infra/profile";
import type { Tool } from "../toolchain/tools";
import { claimFolder } from "./directoryLock";
import { engineEnvironment, prepareFolder } from "./engineFolder";
import { EngineStack, type EngineSetup } from "./engineStack";
import { PulumiProcess } from "./pulumiProcess";
import { recover, rolesWithState, type RecoverableCloud, type Recovery } from "./recovery";

/** The folder of this project. */
export const projectRoot = path.resolve(__dirname, "../..");

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
    /** The project to run. Default: this one. */
    readonly projectDir?: string;
    /** Folder of the policy pack; false for none. Default: policies/. */
    readonly policyPack?: string | false;
    /** A program of this process in place of the project's entry. For tests. */
    readonly program?: PulumiFn;
}

/** The real Pulumi engine over the shipped project, on this machine alone. */
export class Engine {
    readonly #stacks = new Map<Role, EngineStack>();

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

    /** Claims the folder, deals with what a killed run left in it, and gets everything ready for a first command. */
    static async start(options: EngineOptions): Promise<Engine> {
        const { tools, doubles, dir, progress = () => undefined, signal, projectDir = projectRoot, program } = options;
        const pack = options.policyPack ?? path.join(projectRoot, "policies");
        const folder = prepareFolder(dir, projectDir);
        const release = claimFolder(folder.dir);
        try {
            if (pack !== false) await buildPolicies(pack);
            const engine = new Engine(
                {
                    pulumi: new PulumiProcess(tools.pulumi.path, tools.pulumi.version),
                    folder,
                    environment: engineEnvironment(
                        folder,
                        doubles.debugProviders,
                        path.join(projectRoot, "node_modules/.cache/compile"),
                    ),
                    projectDir,
                    policyPack: pack === false ? undefined : pack,
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
                stack: (role) => engine.stack(role),
            });
            return engine;
        } catch (error) {
            release();
            throw error;
        }
    }

    /** The stack of a role; made in the backend when it is first used. */
    stack(role: Role): EngineStack {
        const known = this.#stacks.get(role);
        if (known !== undefined) return known;
        const stack = new EngineStack(role, this.setup);
        this.#stacks.set(role, stack);
        return stack;
    }

    /**
     * Forgets what every stack holds and removes everything from the pretend cloud, so that a rehearsal begins with nothing.
     * Quicker than a destroy, and only right because nothing exists outside the pretend cloud.
     */
    async clear(): Promise<void> {
        const { folder, progress } = this.setup;
        for (const role of rolesWithState(folder)) {
            const { resources } = await this.stack(role).export();
            if (resources.length === 0) continue;
            await this.stack(role).importRaw({ version: 3, deployment: {} });
            progress(`${role}: forgot ${resources.length} resources of a former run`);
        }
        for (const object of this.cloud?.objects() ?? []) this.cloud?.remove(object);
    }

    /** Gives the folder back. What the stacks hold stays. */
    close(): void {
        this.release();
    }
}
