import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";

/**
 * The processes that the language host started and that must not outlive it. They stay in the host's own process group
 * (never detached), so that the engine, which kills that group, reaches them even where the host cannot.
 */
export class Children {
    private readonly running = new Set<ChildProcess>();

    start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
        const child = spawn(command, args, options);
        this.running.add(child);
        const forget = () => this.running.delete(child);
        child.once("exit", forget);
        child.once("error", forget);
        return child;
    }

    /** Ends every child: SIGTERM first, SIGKILL after `graceMs` for one that ignores it. */
    stop(graceMs = 2_000): void {
        for (const child of this.running) stopChild(child, graceMs);
    }

    /** For the moment of our own exit, when nothing can be waited for any more. */
    kill(): void {
        for (const child of this.running) child.kill("SIGKILL");
    }
}

export function stopChild(child: ChildProcess, graceMs = 2_000): void {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    timer.unref();
    child.once("exit", () => clearTimeout(timer));
}
