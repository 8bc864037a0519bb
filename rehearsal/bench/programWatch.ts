import { readdirSync, readFileSync } from "node:fs";

/** What became of the program's process during an engine run. */
export interface ProgramLife {
    /** From the start of the process to its end. */
    readonly seconds: number;
    /** The most memory that it ever held (resident), in MB of 10^6 bytes. */
    readonly peakMegabytes: number;
}

/** Milliseconds between two looks. */
const interval = 10;
/** Linux counts the start of a process in hundredths of a second. */
const ticksPerSecond = 100;

/** Whether this system tells what watchProgram needs. */
export const canWatch = process.platform === "linux";

/**
 * Watches the process in which the engine runs the program while `action` goes on. Reads Linux's /proc: it is the only
 * place that knows the peak of a process that is not ours, and it costs the program nothing.
 */
export async function watchProgram(action: () => Promise<unknown>): Promise<ProgramLife> {
    let pid: string | undefined;
    let startedAt = 0;
    let endedAt: number | undefined;
    let peakMegabytes = 0;
    const look = () => {
        if (endedAt !== undefined) return;
        pid ??= findProgram();
        if (pid === undefined) return;
        const peak = peakOf(pid);
        if (peak === undefined) endedAt = uptime();
        else peakMegabytes = Math.max(peakMegabytes, peak);
        startedAt ||= startOf(pid) ?? 0;
    };
    const timer = setInterval(look, interval);
    try {
        await action();
        look();
    } finally {
        clearInterval(timer);
    }
    if (pid === undefined || startedAt === 0)
        throw new Error(
            "the program's process was not seen: expected a Node.js process of the engine running @pulumi/pulumi/cmd/run",
        );
    return { seconds: (endedAt ?? uptime()) - startedAt, peakMegabytes };
}

/** The Node.js process of the program, among those that this process started, directly or not. */
function findProgram(): string | undefined {
    return readdirSync("/proc").find((name) => /^\d+$/.test(name) && isProgram(name) && isOurs(name));
}

function isProgram(pid: string): boolean {
    const [executable = "", ...args] = (read(pid, "cmdline") ?? "").split("\0");
    return (
        /node$/.test(executable) && args.some((argument) => /@pulumi\/pulumi\/cmd\/run(\/index\.js)?$/.test(argument))
    );
}

function isOurs(pid: string): boolean {
    for (
        let current: string | undefined = pid;
        current !== undefined && current !== "0";
        current = field(current, "PPid")
    ) {
        if (current === String(process.pid)) return true;
    }
    return false;
}

function peakOf(pid: string): number | undefined {
    const kibibytes = field(pid, "VmHWM");
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
}

function field(pid: string, name: string): string | undefined {
    return new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(read(pid, "status") ?? "")?.[1];
}

/** Seconds after the start of the machine. Fields are counted behind the process's name, which may hold anything. */
function startOf(pid: string): number | undefined {
    const fields = read(pid, "stat")
        ?.replace(/^.*\) /s, "")
        .split(" ");
    return fields === undefined ? undefined : Number(fields[19]) / ticksPerSecond;
}

function uptime(): number {
    return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}

function read(pid: string, file: string): string | undefined {
    try {
        return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
        return undefined;
    }
}
