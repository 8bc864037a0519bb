import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";

/** How a run of the command ended. */
export interface DrRun {
    /** Null if a signal ended it. */
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
    /** Both, in the order in which they came. */
    readonly output: string;
    /** The same as one line: where a text wraps is not what a test is about. */
    readonly said: string;
}

export interface DrOptions {
    readonly env: Readonly<Record<string, string>>;
    /** Sends a signal as soon as the output matches. */
    readonly interrupt?: { readonly at: RegExp; readonly with: NodeJS.Signals };
}

const root = path.resolve(__dirname, "../../..");

/** Runs the command as people do, in a process of its own, without a terminal. */
export async function runDr(args: readonly string[], { env, interrupt }: DrOptions): Promise<DrRun> {
    // One process, so that a kill reaches the command itself.
    const child = spawn(process.execPath, ["--import", "tsx", "operate/main.ts", ...args], {
        cwd: root,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
        stdio: ["ignore", "pipe", "pipe"],
    });
    const text = { stdout: "", stderr: "", output: "" };
    let interrupted = false;
    for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8").on("data", (chunk: string) => {
            text[name] += chunk;
            text.output += chunk;
            if (!interrupt || interrupted || !interrupt.at.test(text[name])) return;
            interrupted = true;
            child.kill(interrupt.with);
        });
    }
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return { code, signal, ...text, said: text.output.replace(/\s+/g, " ") };
}
