import { readdirSync, readFileSync } from "node:fs";

/**
 * The processes of a session, by the number of its leader. The engine starts policy packs and language hosts in process
 * groups of their own, but all in the session of the CLI. Empty where there is no /proc (macOS): there the language
 * host's own watch over the engine has to do.
 */
function sessionProcesses(leader: number): number[] {
    let entries: string[];
    try {
        entries = readdirSync("/proc");
    } catch {
        return [];
    }
    return entries
        .filter((entry) => /^\d+$/.test(entry))
        .map(Number)
        .filter((pid) => isAlive(pid, leader));
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

/** How long a killed process may take to be gone, in milliseconds: one that waits for its disk is only then. */
const goneAfter = 30_000;

/** Waits until nothing of the session is left; what still runs after the patience (milliseconds) is killed. Returns how many were. */
export async function endSession(leader: number, patience = 3_000): Promise<number> {
    await noneLeft(leader, patience);
    const left = sessionProcesses(leader);
    for (const pid of left) {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // It ended by itself meanwhile.
        }
    }
    await noneLeft(leader, goneAfter);
    return left.length;
}

async function noneLeft(leader: number, patience: number): Promise<void> {
    const deadline = performance.now() + patience;
    while (sessionProcesses(leader).length > 0 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
}
