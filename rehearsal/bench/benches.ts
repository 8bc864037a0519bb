import type { Phase } from "../../components/model/phase";
import { spawn } from "node:child_process";
import path from "node:path";
import { projectRoot } from "../paths";
import { shippedProject } from "../shippedProject";
import { backupSpeed } from "./backup";
import { inTurns, timed, type Bench } from "./bench";
import { mirrorComparison } from "./comparison";
import { ratios } from "./figure";
import { canWatch, watchProgram } from "./programWatch";
import { manyStreams, standbyPreview, wayOfARegion } from "./standby";
import { configurePack, configureResources, withEngines } from "./withEngines";

const programs = path.join(__dirname, "programs");

/** How long the program's process lives in a preview that has next to nothing to make: loading is all there is. */
const programStart: Bench = {
    id: "program-start",
    title: "start of the program against an empty Pulumi program",
    run: (context) => {
        demandLinux();
        const choices = {
            shipped: { projectDir: projectRoot },
            empty: { projectDir: path.join(programs, "empty") },
        } as const;
        return withEngines(choices, context, async ({ shipped, empty }) => {
            const life = (engine: typeof shipped) => async () =>
                (await watchProgram(() => engine.stack("dr").preview())).seconds;
            const samples = await inTurns({ shipped: life(shipped), empty: life(empty) }, context);
            return [
                {
                    id: "program-start",
                    title: "the program's process, stack dr, phase 10",
                    unit: "s",
                    samples: samples.shipped,
                },
                { id: "program-start-empty", title: "an empty program's process", unit: "s", samples: samples.empty },
                {
                    id: "program-start-ratio",
                    title: "start, times an empty program's",
                    unit: "×",
                    samples: ratios(samples.shipped, samples.empty),
                    limit: 1.5,
                },
            ];
        });
    },
};

const policyOverhead: Bench = {
    id: "policy-overhead",
    title: "what the policy pack adds to a preview of 150 resources",
    run: async (context) => {
        const { policyPack } = await shippedProject();
        const projectDir = path.join(programs, "resources");
        const policyPackConfig = configurePack(context, "drkit-bench");
        return withEngines(
            { without: { projectDir }, with: { projectDir, policyPack, policyPackConfig } } as const,
            context,
            async (engines) => {
                for (const engine of Object.values(engines)) await configureResources(engine, context.system);
                const preview = (engine: typeof engines.with) => () => timed(() => engine.stack("dr").preview());
                const samples = await inTurns(
                    { without: preview(engines.without), with: preview(engines.with) },
                    context,
                );
                return [
                    {
                        id: "preview-150",
                        title: "preview of 150 resources, no policies",
                        unit: "s",
                        samples: samples.without,
                    },
                    {
                        id: "preview-150-policies",
                        title: "the same with the policy pack",
                        unit: "s",
                        samples: samples.with,
                    },
                    {
                        id: "policy-overhead",
                        title: "policy pack adds",
                        unit: "%",
                        samples: ratios(samples.with, samples.without).map((ratio) => (ratio - 1) * 100),
                        limit: 25,
                    },
                ];
            },
        );
    },
};

/** A rehearsal up to a phase, drills and negative controls included. The first run, which does not count, fills the cache of tools. */
function wallTime(phase: Phase, limit?: number): Bench {
    return {
        id: `npm-start-${phase}`,
        title: `npm start up to phase ${phase}, tools cached`,
        run: async (context) => {
            const samples = await inTurns({ start: () => timed(() => npmStart(phase, context.signal)) }, context);
            return [
                {
                    id: `npm-start-${phase}`,
                    title: `npm start -- --phase ${phase}`,
                    unit: "s",
                    samples: samples.start,
                    limit,
                },
            ];
        },
    };
}

const peakMemory: Bench = {
    id: "peak-memory",
    title: "peak memory of the program in a preview",
    run: (context) => {
        demandLinux();
        return withEngines({ shipped: { projectDir: projectRoot } } as const, context, async ({ shipped }) => {
            await shipped.stack("dr").up();
            const preview = async () => (await watchProgram(() => shipped.stack("primary").preview())).peakMegabytes;
            const { primary } = await inTurns({ primary: preview }, context);
            return [
                {
                    id: "peak-memory",
                    title: "peak memory, preview of stack primary, phase 10",
                    unit: "MB",
                    samples: primary,
                    limit: 300,
                },
            ];
        });
    },
};

/** All benchmarks, the quick ones first. */
export const benches: readonly Bench[] = [
    programStart,
    peakMemory,
    policyOverhead,
    standbyPreview,
    wallTime(10, 45),
    wallTime(11, 75),
    wallTime(12),
    wallTime(13),
    wayOfARegion,
    manyStreams,
    backupSpeed,
    mirrorComparison,
];

function demandLinux(): void {
    if (!canWatch) throw new Error(`needs Linux's /proc to watch the program's process; this is ${process.platform}`);
}

/** One rehearsal as a person starts it; rejects if it does not pass, as the time of a broken run says nothing. */
function npmStart(phase: Phase, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        const child = spawn("npm", ["start", "--", "--phase", String(phase)], {
            cwd: projectRoot,
            stdio: ["ignore", "ignore", "pipe"],
        });
        let said = "";
        child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
        const interrupt = () => child.kill("SIGINT");
        signal.addEventListener("abort", interrupt, { once: true });
        child.once("error", reject);
        child.once("exit", (code) => {
            signal.removeEventListener("abort", interrupt);
            if (code === 0) resolve();
            else
                reject(
                    new Error(
                        `npm start ended with exit status ${code}, so its time says nothing; its last lines:\n${said}`,
                    ),
                );
        });
    });
}
