import * as fs from "node:fs";
import * as os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

interface Holder {
    readonly pid: number;
    readonly host: string;
}

export interface LockOptions {
    /** Called once when somebody else holds the lock, then again about every `remindMs`. */
    readonly waiting: (holder: string) => void;
    readonly signal?: AbortSignal;
    /** Milliseconds between looks at a lock that somebody holds. Default 250. */
    readonly pollMs?: number;
    /** Milliseconds between two calls of `waiting`. Default 15,000. */
    readonly remindMs?: number;
    /** A lock whose holder has shown no sign of life for so long is taken over. Default 60,000; the holder shows one every 5,000. */
    readonly staleMs?: number;
}

const beatMs = 5_000;

/**
 * Runs `work` while holding a lock file, so that of two processes that want the same tool one installs it. A lock left by
 * a process that is gone is taken over. Should two processes take over at the same instant, both may install: that
 * costs time and nothing else, since an entry is put in place by one rename.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
    await acquire(file, options);
    // The heartbeat tells a live holder from one whose process number was given to another program, or that runs in
    // another container with numbers of its own.
    const beat = setInterval(() => touch(file), beatMs);
    beat.unref();
    try {
        return await work();
    } finally {
        clearInterval(beat);
        if (read(file)?.pid === process.pid) fs.rmSync(file, { force: true });
    }
}

async function acquire(file: string, options: LockOptions): Promise<void> {
    let reminded = -Infinity;
    for (;;) {
        options.signal?.throwIfAborted();
        if (create(file)) return;
        const problem = stale(file, options.staleMs ?? 60_000);
        if (problem) {
            setAside(file);
            continue;
        }
        if (Date.now() - reminded >= (options.remindMs ?? 15_000)) {
            reminded = Date.now();
            options.waiting(`process ${read(file)?.pid ?? "unknown"}`);
        }
        await sleep(options.pollMs ?? 250, undefined, { signal: options.signal });
    }
}

function create(file: string): boolean {
    // Written aside and linked: a lock file is never seen empty.
    const mine = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    fs.writeFileSync(mine, JSON.stringify({ pid: process.pid, host: os.hostname() } satisfies Holder));
    try {
        fs.linkSync(mine, file);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
    } finally {
        fs.rmSync(mine, { force: true });
    }
}

function stale(file: string, staleMs: number): boolean {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat) return false;
    const holder = read(file);
    if (holder?.host === os.hostname() && !isRunning(holder.pid)) return true;
    return Date.now() - stat.mtimeMs > staleMs;
}

/** Renamed before it is removed: of two processes that find it stale, one gets it. */
function setAside(file: string): void {
    const aside = `${file}.stale.${process.pid}`;
    try {
        fs.renameSync(file, aside);
        fs.rmSync(aside, { force: true });
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
}

function read(file: string): Holder | undefined {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")) as Holder;
    } catch {
        return undefined;
    }
}

function touch(file: string): void {
    try {
        const now = new Date();
        fs.utimesSync(file, now, now);
    } catch {
        // Taken over or removed by hand: nothing to keep alive.
    }
}

export function isRunning(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return !isZombie(pid);
    } catch (error) {
        // EPERM: it runs, as another user.
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}

/** Ended, but not yet collected by its parent: in a container without an init process that can last for ever. Linux tells. */
function isZombie(pid: number): boolean {
    try {
        // "<pid> (<name>) <state> …"; the name may hold anything, brackets included.
        return /\) Z [^)]*$/.test(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
        return false;
    }
}
