import { spawn } from "node:child_process";
import path from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";
import { endSession } from "./sessionProcesses";

/** How a command of the Pulumi CLI ended. `code` is -1 if a signal ended it. */
export interface CommandOutcome {
    readonly stdout: string;
    readonly stderr: string;
    readonly code: number;
}

/** A command of the Pulumi CLI that failed. The message is what the CLI said, without its command line. */
export class PulumiCommandError extends Error {
    override readonly name = "PulumiCommandError";
    constructor(
        readonly command: string,
        readonly outcome: CommandOutcome,
    ) {
        const said = (outcome.stderr.trim() || outcome.stdout.trim()).replace(/^error: /, "");
        super(`pulumi ${command} failed with exit status ${outcome.code}${said === "" ? "" : `: ${said}`}`);
    }
}

interface RunOptions {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    /** What the command reads from its standard input; secrets go this way and never by the command line. */
    readonly input?: string;
    readonly onOutput?: (text: string) => void;
    readonly onError?: (text: string) => void;
    readonly signal?: AbortSignal;
}

/** Milliseconds: an interrupted engine may finish its steps, then give up; the last of its output may arrive. */
const patience = { finish: 5_000, giveUp: 3_000, drain: 1_000 };

const running = new Set<number>();
process.on("exit", () => {
    for (const pid of running) {
        try {
            process.kill(pid, "SIGINT");
        } catch {
            // It has ended.
        }
    }
});

/**
 * The Pulumi CLI as the Automation API wants it, but each command in a session of its own: a Ctrl-C on the terminal
 * then reaches the engine exactly once (twice would make it drop its steps), and nothing that it started outlives it.
 */
export class PulumiProcess implements PulumiCommand {
    readonly version: SemVer;

    constructor(
        readonly command: string,
        version: string,
    ) {
        this.version = new SemVer(version);
    }

    /** What the Automation API calls. */
    run(
        args: string[],
        cwd: string,
        env: Record<string, string>,
        onOutput?: (text: string) => void,
        onError?: (text: string) => void,
        signal?: AbortSignal,
    ): Promise<CommandOutcome> {
        return this.execute(args, { cwd, env, onOutput, onError, signal });
    }

    /** Runs a command and waits for it and all it started; rejects if it fails. */
    async execute(args: readonly string[], options: RunOptions): Promise<CommandOutcome> {
        options.signal?.throwIfAborted();
        const outcome = await this.#spawn(args, options);
        if (outcome.code === 0) return outcome;
        options.signal?.throwIfAborted();
        throw new PulumiCommandError(
            args
                .filter((argument) => /^[a-z]/.test(argument))
                .slice(0, 2)
                .join(" "),
            outcome,
        );
    }

    async #spawn(args: readonly string[], options: RunOptions): Promise<CommandOutcome> {
        const bin = path.dirname(this.command);
        const child = spawn(this.command, [...args, "--non-interactive"], {
            cwd: options.cwd,
            env: { ...options.env, PATH: [bin, options.env.PATH].join(path.delimiter), PULUMI_AUTOMATION_API: "true" },
            stdio: ["pipe", "pipe", "pipe"],
            detached: true,
        });
        const output = { stdout: "", stderr: "" };
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
            output.stdout += text;
            options.onOutput?.(text);
        });
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
            output.stderr += text;
            options.onError?.(text);
        });
        child.stdin.on("error", () => undefined);
        child.stdin.end(options.input ?? "");
        const ended = new Promise<number>((resolve, reject) => {
            child.once("error", (error) => reject(new Error(`${this.command} cannot be started: ${error.message}`)));
            // Not "close": what the CLI left behind would hold the pipes open, and with them this.
            child.once("exit", (code) => resolve(code ?? -1));
        });
        const drained = new Promise((resolve) => child.once("close", resolve));
        const { pid } = child;
        if (pid === undefined) return { ...output, code: await ended };

        running.add(pid);
        const timers: NodeJS.Timeout[] = [];
        const interrupt = () => {
            child.kill("SIGINT");
            timers.push(setTimeout(() => child.kill("SIGINT"), patience.finish));
            timers.push(setTimeout(() => child.kill("SIGKILL"), patience.finish + patience.giveUp));
        };
        options.signal?.addEventListener("abort", interrupt, { once: true });
        try {
            const code = await ended;
            await endSession(pid);
            await Promise.race([drained, new Promise((resolve) => timers.push(setTimeout(resolve, patience.drain)))]);
            return { ...output, code };
        } finally {
            timers.forEach(clearTimeout);
            options.signal?.removeEventListener("abort", interrupt);
            running.delete(pid);
        }
    }
}
