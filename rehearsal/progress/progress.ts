import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RehearsalOptions } from "../options";
import { kindOfRun, readDurations, writeDurations } from "./durations";
import type { RehearsalEvent, Tell } from "./events";
import type { LiveView, Screen } from "./liveView";
import { plainLines } from "./plainLines";
import { RunState } from "./runState";

/** Shows what a rehearsal tells. */
export interface Progress {
    readonly tell: Tell;
    /** Ends the live view, if there is one; what is told later comes as lines. */
    readonly end: () => Promise<void>;
    /** Keeps the durations of a run that came to its end, for the estimates of the next one. */
    readonly keepDurations: () => Promise<void>;
}

/**
 * Shows a rehearsal as a live view from its plan on, or as lines. The lines that a live view leaves out go to `progress.log` in
 * `outDir`.
 */
export async function openProgress(
    options: RehearsalOptions,
    outDir: string,
    screen: Screen,
    environment: NodeJS.ProcessEnv = process.env,
): Promise<Progress> {
    // Loaded only where it is shown.
    const view = wantsLiveView(screen.view, options, environment) ? (await import("./liveView")).LiveView : undefined;
    const run = new RunState();
    const kind = kindOfRun(options);
    const last = readDurations(outDir)[kind];
    const log = path.join(outDir, "progress.log");
    let live: LiveView | undefined;
    const lines = plainLines((line) => {
        if (live === undefined) screen.view.write(`${line}\n`);
        else appendFileSync(log, `${line}\n`);
    });
    const tell = (event: RehearsalEvent) => {
        run.take(event);
        if (event.kind === "plan" && view !== undefined) {
            mkdirSync(outDir, { recursive: true });
            writeFileSync(log, "");
            live = new view(run, last, screen);
        }
        lines(event);
        if (event.kind !== "says") live?.draw();
    };
    return {
        tell,
        end: async () => {
            const ending = live?.end();
            live = undefined;
            await ending;
        },
        keepDurations: () =>
            writeDurations(outDir, kind, {
                seconds: run.planSeconds,
                steps: Object.fromEntries(run.all().map(({ step, seconds }) => [step.id, seconds])),
            }),
    };
}

/** Whether a person watches a terminal that can redraw rows. CI gets lines, and so does `--verbose`. */
export function wantsLiveView(
    { isTTY, rows = 24, columns = 80 }: Pick<NodeJS.WriteStream, "isTTY" | "rows" | "columns">,
    { verbose }: Pick<RehearsalOptions, "verbose">,
    { CI, TERM }: NodeJS.ProcessEnv,
): boolean {
    const inCi = CI !== undefined && CI !== "" && CI !== "false";
    return isTTY === true && rows >= 20 && columns >= 60 && !verbose && !inCi && TERM !== "dumb";
}
