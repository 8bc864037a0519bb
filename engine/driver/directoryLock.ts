import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Another run is using the folder. */
export class FolderInUseError extends Error {
    override readonly name = "FolderInUseError";
    constructor(
        readonly dir: string,
        readonly pid: number,
    ) {
        super(`${dir} is in use by another run (process ${pid}): wait until it ends, or end it, then try again.`);
    }
}

/** Claims the folder for this process. Returns what gives it back. A claim of a process that is gone counts for nothing. */
export function claimFolder(dir: string): () => void {
    const file = path.join(dir, "run.pid");
    const claim = () => writeFileSync(file, `${process.pid} ${startOf(process.pid)}\n`, { flag: "wx", mode: 0o600 });
    try {
        claim();
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        const holder = liveHolder(file);
        if (holder !== undefined) throw new FolderInUseError(dir, holder);
        rmSync(file, { force: true });
        claim();
    }
    const release = () => {
        process.off("exit", release);
        rmSync(file, { force: true });
    };
    process.once("exit", release);
    return release;
}

function liveHolder(file: string): number | undefined {
    if (!existsSync(file)) return undefined;
    const [pid, start] = readFileSync(file, "utf8").trim().split(" ");
    const number = Number(pid);
    if (!Number.isInteger(number) || number <= 0) return undefined;
    try {
        process.kill(number, 0);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ESRCH") return undefined;
    }
    // The number may have gone to another process since.
    return startOf(number) === start ? number : undefined;
}

/** When the process was started, in the kernel's ticks; "-" where there is no /proc. */
function startOf(pid: number): string {
    try {
        const status = readFileSync(`/proc/${pid}/stat`, "latin1");
        return status.slice(status.lastIndexOf(")") + 2).split(" ")[19] ?? "-";
    } catch {
        return "-";
    }
}
