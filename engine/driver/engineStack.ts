import { LocalWorkspace, Stack, type EngineEvent, type PulumiFn, type UpOptions } from "@pulumi/pulumi/automation";
import type { Deployment } from "../state/deployment";
import { asRawExport, parseExport, type RawExport } from "../state/parseExport";
import { EngineError, formatViolation } from "./engineError";
import type { EngineFolder } from "./engineFolder";
import type { EngineRun } from "./engineRun";
import { EventRecorder, type RunRecord } from "./events";
import { describeRun, Pulse } from "./progress";
import { PulumiCommandError, type CommandOutcome, type PulumiProcess } from "./pulumiProcess";
import { StackConfig } from "./stackConfig";

/** What all stacks of one engine share. */
export interface EngineSetup {
    readonly pulumi: PulumiProcess;
    readonly folder: EngineFolder;
    readonly environment: Record<string, string>;
    readonly projectDir: string;
    /** The policy pack, built: its folder or its executable; absent: none. */
    readonly policyPack?: string;
    /** File with the pack's configuration. */
    readonly policyPackConfig?: string;
    /** A program of this process in place of the project's own. For tests. */
    readonly program?: PulumiFn;
    readonly progress: (line: string) => void;
    readonly signal?: AbortSignal;
}

export type Operation = EngineRun["operation"];

/**
 * As the CLI's options of these names. `parallel` is how many resources are changed at a time, by default as many as the engine likes;
 * `target` and `exclude` are URNs, with wildcards.
 */
export type UpdateOptions = Pick<UpOptions, "parallel" | "target" | "targetDependents" | "exclude" | "continueOnError">;

/** A run that succeeded. */
export interface StackRun extends RunRecord {
    /** The run as a report shows it. */
    readonly run: EngineRun;
}

/** One stack of the project on the engine. */
export class EngineStack {
    readonly config: StackConfig;
    #stack: Promise<Stack> | undefined;

    constructor(
        readonly name: string,
        private readonly setup: EngineSetup,
    ) {
        this.config = new StackConfig(setup.folder, setup.projectDir, name);
        if (this.config.leftOut.length > 0) {
            setup.progress(`${name}: left out of the configuration, as encrypted: ${this.config.leftOut.join(", ")}`);
        }
    }

    /** The step of a roadmap that the configuration says under "phase"; 0 if it says none. */
    get phase(): number {
        return Number(this.config.get("phase") ?? 0);
    }

    /**
     * Sets a value of the stack's configuration in this engine's copy. A key without a namespace is the project's own.
     * A secret goes to the engine by its standard input and is encrypted in the copy.
     */
    async setConfig(key: string, value: unknown, secret = false): Promise<void> {
        if (!secret) return this.config.set(key, value);
        await this.#ready();
        const text = typeof value === "string" ? value : JSON.stringify(value);
        await this.#command(
            [
                "config",
                "set",
                "--stack",
                this.name,
                "--secret",
                "--config-file",
                this.config.file,
                this.config.fullKey(key),
            ],
            text,
        );
    }

    /** What an update would do, without doing it; called "preview again" where it has to find nothing. */
    preview(as: "preview" | "preview again" = "preview"): Promise<StackRun> {
        return this.#operate(as, async (stack, options) => void (await stack.preview(options)));
    }

    /** Brings the stack to what the program says, or a part of it to that. */
    up(more: UpdateOptions = {}): Promise<StackRun> {
        return this.#operate("up", async (stack, options) => void (await stack.up({ ...options, ...more })));
    }

    /** Deletes everything the stack holds. Protected resources lose their protection first, which is said. */
    async destroy(): Promise<StackRun> {
        const held = (await this.export()).resources.filter(({ protect }) => protect);
        if (held.length > 0) {
            this.setup.progress(`${this.name} destroy: ${held.length} protected resources lose their protection`);
            await this.#command(["state", "unprotect", "--all", "--yes", "--stack", this.name]);
        }
        return this.#operate("destroy", async (stack, { onEvent, signal, configFile, color }) => {
            await stack.destroy({ onEvent, signal, configFile, color });
        });
    }

    /** What the stack holds. Secrets are in it in plain text: it stays in memory. */
    async export(): Promise<Deployment> {
        return parseExport(this.name, await this.exportRaw());
    }

    /** The engine's own export, decrypted; `stripSecrets` makes it fit to be written down. */
    async exportRaw(): Promise<RawExport> {
        await this.#ready();
        const { stdout } = await this.#command(["stack", "export", "--show-secrets", "--stack", this.name]);
        return asRawExport(JSON.parse(stdout));
    }

    /** Replaces what the engine believes the stack holds. It travels by standard input, as it may hold secrets. */
    async importRaw(raw: RawExport): Promise<void> {
        await this.#ready();
        await this.#command(["stack", "import", "--force", "--stack", this.name], JSON.stringify(raw));
    }

    /** Frees the stack of the lock of a run that was killed. */
    async cancel(): Promise<void> {
        await this.#command(["cancel", this.name, "--yes"]);
    }

    /** Compares the state with the cloud and drops the steps that a killed run left open. */
    async refreshPending(): Promise<void> {
        await this.#perform("refresh", async (stack, { onEvent, signal, configFile, color }) => {
            await stack.refresh({ clearPendingCreates: true, onEvent, signal, configFile, color });
        });
    }

    /** Takes the stack for unknown to the backend, as its state is gone; it is made again, with a new key, when it is used next. */
    forget(): void {
        this.config.dropKey();
        this.#stack = undefined;
    }

    /** The outputs of the stack's last update. */
    async outputs(): Promise<Readonly<Record<string, any>>> {
        return (await this.export()).outputs;
    }

    async #operate(operation: Operation, work: Work): Promise<StackRun> {
        const started = performance.now();
        const record = await this.#perform(operation, work);
        const run: EngineRun = {
            stack: this.name,
            phase: this.phase,
            operation,
            seconds: Math.round(performance.now() - started) / 1000,
            changes: record.changes,
            violations: record.violations.map(formatViolation),
            unlooked: record.unlooked.map(formatViolation),
        };
        this.setup.progress(describeRun(run));
        return { ...record, run };
    }

    async #perform(operation: string, work: Work): Promise<RunRecord> {
        const { progress, signal, policyPack, policyPackConfig } = this.setup;
        const recorder = new EventRecorder();
        const pulse = new Pulse(`${this.name} ${operation}`, progress);
        const stack = await this.#ready();
        try {
            await work(stack, {
                policyPacks: policyPack === undefined ? [] : [policyPack],
                policyPackConfigs: policyPackConfig === undefined ? [] : [policyPackConfig],
                configFile: this.config.file,
                color: "never",
                signal,
                onEvent: (event) => {
                    recorder.add(event);
                    pulse.beat(recorder.progress);
                },
            });
        } catch (error) {
            if (!(error instanceof PulumiCommandError)) throw error;
            const { code, stderr, stdout } = error.outcome;
            throw new EngineError(this.name, operation, code, recorder.record(), stderr || stdout);
        }
        return recorder.record();
    }

    /** The stack in the backend, made if it is not there. */
    #ready(): Promise<Stack> {
        this.#stack ??= this.#open();
        return this.#stack;
    }

    async #open(): Promise<Stack> {
        const { pulumi, environment, folder, projectDir, program } = this.setup;
        try {
            // In the copied project: it writes the salt of the secrets key into the stack's configuration file.
            await this.#command(["stack", "init", this.name, "--no-select"]);
        } catch (error) {
            if (!(error instanceof PulumiCommandError) || !/already exists/.test(error.message)) throw error;
        }
        const workspace = await LocalWorkspace.create({
            workDir: projectDir,
            pulumiHome: folder.home,
            envVars: environment,
            pulumiCommand: pulumi,
            program,
        });
        const stack = await Stack.select(this.name, workspace);
        // After an update the Automation API asks three times for what the export has: three processes that nobody needs.
        return Object.assign(stack, { outputs: async () => ({}), info: async () => undefined });
    }

    #command(args: readonly string[], input?: string): Promise<CommandOutcome> {
        const { pulumi, folder, environment, signal } = this.setup;
        return pulumi.execute(args, { cwd: folder.project, env: environment, input, signal });
    }
}

type Work = (stack: Stack, options: OperationOptions) => Promise<void>;

interface OperationOptions {
    readonly policyPacks: string[];
    readonly policyPackConfigs: string[];
    readonly configFile: string;
    readonly color: "never";
    readonly signal: AbortSignal | undefined;
    readonly onEvent: (event: EngineEvent) => void;
}
