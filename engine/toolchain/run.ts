import { spawn } from "node:child_process";

export interface RunOptions {
    readonly env: NodeJS.ProcessEnv;
    readonly cwd?: string;
    readonly signal?: AbortSignal;
    /** The run is ended and fails after so many milliseconds. Default: never. */
    readonly timeoutMs?: number;
    /** Called with each line of standard error as it comes. */
    readonly line?: (text: string) => void;
}

/**
 * Runs a program to its end and returns what it printed on standard output; an exit status other than 0 is an error with the
 * last lines of standard error. The program has a process group of its own: whatever ends the run (signal, timeout,
 * our own exit) ends its children too, compilers included.
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
    options.signal?.throwIfAborted();
    const child = spawn(command, args, {
        cwd: options.cwd,
        env: options.env,
        stdio: ["ignore", "pipe", "pipe"],
        detached: process.platform !== "win32",
    });
    const killGroup = (signal: NodeJS.Signals) => kill(child.pid, signal);
    const killNow = () => killGroup("SIGKILL");
    process.once("exit", killNow);

    let failure: Error | undefined;
    let force: NodeJS.Timeout | undefined;
    const stop = (reason: Error) => {
        failure ??= reason;
        killGroup("SIGINT");
        // Go ends its compilers and removes its files on an interrupt; who ignores it is not asked twice.
        force ??= setTimeout(killNow, 1_500);
    };
    const onAbort = () =>
        stop(options.signal?.reason instanceof Error ? options.signal.reason : new Error("interrupted"));
    options.signal?.addEventListener("abort", onAbort, { once: true });
    const timer =
        options.timeoutMs === undefined
            ? undefined
            : setTimeout(() => stop(new Error(`no answer in ${options.timeoutMs} ms`)), options.timeoutMs);

    const last: string[] = [];
    let output = "";
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (data: string) => (output += data));
    child.stderr.setEncoding("utf8").on("data", (data: string) => {
        const lines = (rest + data).split("\n");
        rest = lines.pop() ?? "";
        for (const text of lines.filter((line) => line.trim())) {
            last.push(text.trim());
            if (last.length > 5) last.shift();
            options.line?.(text);
        }
    });
    try {
        const status = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", (code, signal) => resolve(code ?? signal ?? 1));
        });
        if (failure) throw failure;
        if (status !== 0)
            throw new Error(
                `exit status ${status}${last.length ? `: ${[...last, rest.trim()].filter(Boolean).join(" | ")}` : ""}`,
            );
        return output;
    } finally {
        clearTimeout(timer);
        clearTimeout(force);
        options.signal?.removeEventListener("abort", onAbort);
        process.off("exit", killNow);
    }
}

function kill(pid: number | undefined, signal: NodeJS.Signals): void {
    if (pid === undefined) return;
    try {
        process.kill(process.platform === "win32" ? pid : -pid, signal);
    } catch {
        // It has ended by itself.
    }
}
