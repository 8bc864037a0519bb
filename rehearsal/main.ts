import { kgents } from "../infra/kgents";
import { allDrills } from "./drills";
import { UsageError } from "./commandLine";
import { parseOptions, type RehearsalOptions } from "./options";
import { outDir, projectRoot, workDir } from "./paths";
import { openProgress } from "./progress/progress";
import { rehearse } from "./rehearse";
import { shippedProject } from "./shippedProject";
import { exitStatus, printReport, printSummary, writeReport, type RehearsalResult } from "../report";
import path from "node:path";

/** Exit statuses, as `--help` promises them. */
const status = { wrongUsage: 2, cannotRun: 3, interrupted: 130 };

async function main(): Promise<number> {
    let options: RehearsalOptions;
    try {
        const read = parseOptions(process.argv.slice(2));
        if ("help" in read) {
            console.log(read.help);
            return 0;
        }
        options = read.options;
    } catch (error) {
        console.error(`${message(error)}\nSee npm start -- --help`);
        return status.wrongUsage;
    }
    if (options.list) {
        for (const drill of allDrills) {
            console.log(`${drill.id} (phase ${drill.phase}${drill.long ? ", with --all-drills" : ""}): ${drill.title}`);
            for (const sabotage of drill.sabotages) console.log(`  --sabotage ${sabotage.id}: ${sabotage.title}`);
        }
        return 0;
    }

    const progress = await openProgress(options, outDir, { view: process.stderr, other: process.stdout });
    const interruption = new AbortController();
    onInterrupt(() => {
        interruption.abort();
        void progress.end().then(() => console.error("\nInterrupted: ending what was started …"));
    });
    try {
        const result = await rehearse(options, {
            system: kgents,
            project: await shippedProject(),
            outDir,
            workDir,
            tell: progress.tell,
            signal: interruption.signal,
        });
        await progress.end();
        await progress.keepDurations();
        const written = await writeReport(result, outDir);
        if (options.verbose) {
            printReport(result, process.stdout);
            console.log();
        }
        const where = { report: path.relative(projectRoot, written.html), next: nextStep(result, options) };
        printSummary(result, where, process.stdout);
        return exitStatus(result);
    } catch (error) {
        await progress.end();
        if (interruption.signal.aborted) {
            console.error("Interrupted. Run it again when you like: it cleans up what is left first.");
            return status.interrupted;
        }
        console.error(message(error));
        return error instanceof UsageError ? status.wrongUsage : status.cannotRun;
    }
}

/** Milliseconds within which a second signal is the first one again: npm can pass on what the terminal has sent already. */
const passedOn = 1_000;

/** Calls `end` once, when the run is interrupted. A later signal ends the process on the spot. */
function onInterrupt(end: () => void): void {
    let interrupted: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        // Not `once`: the library that restores the cursor ends the process if no other listener is left.
        process.on(signal, () => {
            if (interrupted !== undefined && Date.now() - interrupted > passedOn) process.exit(status.interrupted);
            if (interrupted !== undefined) return;
            interrupted = Date.now();
            end();
        });
    }
}

/** What a person does with the result. */
function nextStep({ passed }: RehearsalResult, { sabotage, verbose }: RehearsalOptions): string {
    if (sabotage !== undefined)
        return passed
            ? `the drill did not notice sabotage ${sabotage}: mend its checks.`
            : `nothing: sabotage ${sabotage} has to turn red. npm start rehearses what is deployed.`;
    if (passed) return 'README.md, "On a real account", has the commands that deploy it.';
    return verbose
        ? "the first reason above; state and logs of each drill lie beside the report."
        : "the report has what was expected and found; npm start -- --verbose prints it.";
}

function message(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

void main().then((code) => {
    process.exitCode = code;
});
