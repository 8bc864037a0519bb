import { readdirSync, readFileSync } from "node:fs";

/**
 * The processes of a session, by the number of its leader. The engine starts policy packs and language hosts in process
 * groups of their own, but all in the session of the CLI. Empty where there is no /proc (macOS): there the language
 * host's own watch over the engine has to do.
 */
export function sessionProcesses(leader: number): number[] {
    let entries: string[];
    try {
        entries = readdirSync("/proc");
    } catch {
        return [];
    }
    return entries.filter((entry) => /^\d+$/.test(entry)).map(Number).filter((pid) => isAlive(pid, leader));
}

function isAlive(pid: number, leader: number): boolean {
    try {
        // After the command's closing parenthesis: state, parent, process group, session.
        const status = readFileSync(`/proc/${pid}/stat`, "latin1");
        const [state, , , session] = status.slice(status.lastIndexOf(")") + 2).split(" ");
        return session === String(leader) && state !== "Z" && state !== "X";
    } catch {
        return false;
    }
}

/** Waits until nothing of the session is left; what still runs after the patience (milliseconds) is killed. Returns how many were. */
export async function endSession(leader: number, patience = 3_000): Promise<number> {
    const deadline = Date.now() + patience;
    while (sessionProcesses(leader).length > 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const left = sessionProcesses(leader);
    for (const pid of left) {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // It ended by itself meanwhile.
        }
    }
    return left.length;
}
