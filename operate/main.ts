import path from "node:path";
import { createInterface } from "node:readline/promises";
import { kgents } from "../infra/kgents";
import { commands } from "./commands";
import { errorText, paragraph, status, UsageError, type Command } from "./commands/command";
import { parseCommandLine, type Request } from "./commands/parse";
import { systemProfile } from "./systemProfile";

/** The command that people run on the day. The one place that reads the process and ends it. */
async function main(argv: readonly string[]): Promise<number> {
    let request: Request;
    try {
        request = parseCommandLine(argv, commands);
    } catch (error) {
        console.error(errorText(error));
        return status.wrongUsage;
    }
    if (request.kind === "help") {
        console.log(request.text);
        return status.done;
    }
    const { command, options } = request;
    const interruption = interruptible(command);
    try {
        const outcome = await command.run({
            profile: systemProfile(kgents, path.resolve(__dirname, ".."), options.stack as string | undefined),
            env: process.env,
            options,
            out: (line) => console.log(line),
            note: (line) => console.error(line),
            ...(process.stdin.isTTY && process.stderr.isTTY && { ask: (question) => ask(question, interruption) }),
            signal: interruption,
        });
        if (outcome === "work left") return status.workLeft;
        return outcome ? status.done : status.failed;
    } catch (error) {
        if (interruption.aborted) return status.interrupted;
        console.error(errorText(error));
        return error instanceof UsageError ? status.wrongUsage : status.failed;
    }
}

/** The first signal stops at the next step; a second one ends at once. */
function interruptible(command: Command): AbortSignal {
    const interruption = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.on(signal, () => {
            if (interruption.signal.aborted) process.exit(status.interrupted);
            const text = `Interrupted. Run npm run dr -- ${command.name} again: it goes on where it stopped.`;
            console.error(["", ...paragraph(text)].join("\n"));
            interruption.abort();
        });
    }
    return interruption.signal;
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    // While a question is open the terminal gives Ctrl-C to it, not to the process.
    terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
    try {
        return await terminal.question(question, { signal });
    } catch (error) {
        if (signal.aborted) throw error;
        // Ctrl-D: no answer.
        return "";
    } finally {
        terminal.close();
    }
}

void main(process.argv.slice(2)).then((code) => {
    // Not left to an idle event loop: what a broken link still waits for must not hold the command.
    process.exitCode = code;
});
