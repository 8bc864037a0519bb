import path from "node:path";
import type { Role, SystemProfile } from "../../components/model/profile";
import type { Deployment } from "../../engine/state/deployment";
import type { Tools } from "../../engine/toolchain/tools";
import { randomFrom } from "../../testbed/dns/random";
import type { Deployments, DrillContext } from "./context";
import { History, type Tone } from "./history";

const historyFile = "history.jsonl";

/**
 * One run of a drill's script: its context, its history, and what has to be ended after it. Environments register here what
 * they started and what stands in, so that a script cannot claim otherwise.
 */
export class DrillRun implements DrillContext {
    readonly deployments: Deployments;
    readonly profile: SystemProfile;
    readonly tools: Tools;
    readonly workDir: string;
    readonly seed: number;
    readonly quick: boolean;
    readonly progress: (line: string) => void;
    /** Aborts when the run is interrupted, and when the drill has ended: whatever waits or repeats with it ends then. */
    readonly signal: AbortSignal;
    readonly history: History;
    /** Numbers from 0 to 1 by the run's seed, for whatever the script leaves to chance. */
    readonly random: () => number;
    readonly #parts = { real: new Set<string>(), simulated: new Set<string>() };
    readonly #closers: (() => Promise<void> | void)[] = [];
    readonly #ended = new AbortController();
    #zero: number | undefined;

    constructor(
        readonly drill: string,
        context: DrillContext,
        /** Identifier of the negative control that this is; for scripts that are themselves what is sabotaged. */
        readonly sabotage?: string,
    ) {
        this.deployments = context.deployments;
        this.profile = context.profile;
        this.tools = context.tools;
        this.workDir = context.workDir;
        this.seed = context.seed;
        this.quick = context.quick;
        this.progress = context.progress;
        this.signal = AbortSignal.any([context.signal, this.#ended.signal]);
        this.random = randomFrom(context.seed);
        this.history = new History({ drill, seed: this.seed, file: path.join(this.workDir, historyFile) });
    }

    /** What a stack deployed. @throws if the stack is not up */
    deployment(role: Role): Deployment {
        const deployment = this.deployments[role];
        if (!deployment) throw new Error(`${this.drill} needs the deployment of ${role}`);
        return deployment;
    }

    /** Appends that something happened in a lane (a region, a server, the operator). */
    happened(lane: string, label: string, tone: Tone = "neutral"): void {
        this.signal.throwIfAborted();
        this.history.happened(lane, label, tone);
        this.progress(`${this.drill}: ${lane}: ${label}`);
    }

    /** Does something and appends its beginning and its end; a failure is appended too, and thrown. */
    async at<T>(lane: string, label: string, action: () => Promise<T> | T, tone: Tone = "neutral"): Promise<T> {
        this.signal.throwIfAborted();
        const n = this.history.happened(lane, label, tone);
        this.progress(`${this.drill}: ${lane}: ${label}`);
        try {
            const result = await action();
            this.history.ended(n);
            return result;
        } catch (error) {
            this.history.ended(n, error instanceof Error ? error.message : String(error));
            throw error;
        }
    }

    /** The moment from which the timeline counts: the disruption. @param time a time of performance.now @default now */
    disruption(time = performance.now()): void {
        this.#zero ??= time;
    }

    /** Parts that run for real in this drill. */
    real(...parts: readonly string[]): void {
        for (const part of parts) this.#parts.real.add(part);
    }

    /** Parts that something stands in for, and how. */
    simulated(...parts: readonly string[]): void {
        for (const part of parts) this.#parts.simulated.add(part);
    }

    /** Ends something after the script, in the reverse order of the starts, however the script ends. */
    defer(close: () => Promise<void> | void): void {
        this.#closers.push(close);
        // A script that was interrupted may still start something.
        if (this.#ended.signal.aborted) void this.close().catch(() => undefined);
    }

    /** What the report says of the run, whatever the script found. */
    get stamp() {
        return {
            seed: this.seed,
            real: [...this.#parts.real],
            simulated: [...this.#parts.simulated],
            timeline: this.history.timeline(this.#zero),
        };
    }

    /** Ends everything that was started, even if ending one of them fails; the first failure is thrown at the end. */
    async close(): Promise<void> {
        this.#ended.abort(new Error(`the drill ${this.drill} has ended`));
        const failures: unknown[] = [];
        for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
            try {
                await close();
            } catch (error) {
                failures.push(error);
            }
        }
        if (failures.length > 0) throw failures[0];
    }
}
