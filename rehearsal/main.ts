import { allDrills } from "./drills";
import { parseOptions, usage, type RehearsalOptions } from "./options";
import { outDir, projectRoot, workDir } from "./paths";
import { rehearse, UsageError } from "./rehearse";
import { exitStatus, printReport, writeReport } from "./report";
import path from "node:path";

/** Exit statuses, as `usage` promises them. */
const status = { wrongUsage: 2, cannotRun: 3, interrupted: 130 };

async function main(): Promise<number> {
    let options: RehearsalOptions;
    try {
        options = parseOptions(process.argv.slice(2));
    } catch (error) {
        console.error(`${message(error)}\n\n${usage}`);
        return status.wrongUsage;
    }
    if (options.help) {
        console.log(usage);
        return 0;
    }
    if (options.list) {
        for (const drill of allDrills) {
            console.log(`${drill.id} (phase ${drill.phase}): ${drill.title}`);
            for (const sabotage of drill.sabotages) console.log(`  --sabotage ${sabotage.id}: ${sabotage.title}`);
        }
        return 0;
    }

    const interruption = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.once(signal, () => {
            console.error("\nInterrupted: ending what was started …");
            interruption.abort();
        });
    }
    const started = Date.now();
    const progress = (line: string) =>
        console.error(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
    try {
        const result = await rehearse(options, { outDir, workDir, progress, signal: interruption.signal });
        const written = await writeReport(result, outDir);
        printReport(result, process.stdout);
        console.log(`\nReport: ${path.relative(projectRoot, written.html)}`);
        return exitStatus(result);
    } catch (error) {
        if (interruption.signal.aborted) {
            console.error("Interrupted. Run it again when you like: it cleans up what is left first.");
            return status.interrupted;
        }
        console.error(message(error));
        return error instanceof UsageError ? status.wrongUsage : status.cannotRun;
    }
}

function message(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

void main().then((code) => {
    process.exitCode = code;
});
