import { rmSync } from "node:fs";
import path from "node:path";
import { phasesUpTo } from "../../infra/roadmap";
import { warmStandby } from "../../stacks/phase13WarmStandby";
import { roadmap } from "../../stacks/roadmap";
import type { StreamProfile, SystemProfile } from "../../components/model/profile";
import { promote } from "../../operate/streams/promote";
import { StreamApi } from "../../operate/streams/streamApi";
import { regionLoss } from "../drills/regionLoss";
import { DrillRun } from "../kit/drillRun";
import { SuperCluster } from "../kit/environments/superCluster";
import { losePrimary } from "../kit/faults";
import { runScript } from "../kit/runDrill";
import { configure, seedEstate } from "../estate";
import { projectRoot } from "../paths";
import { superClusterFixture } from "../testing/fixtureDeployment";
import { inTurns, timed, type Bench, type BenchContext } from "./bench";
import { drillContext } from "./drillContext";
import { ratios } from "./figure";
import { configureResources, withEngines } from "./withEngines";

/** The whole way of a region on seven real servers: join, loss, promotion, return and failback, under load. */
export const wayOfARegion: Bench = {
    id: "region-loss",
    title: "join, loss, promotion and failback on seven servers",
    run: async (context) => {
        const drill = await drillContext(context, context.system, await superClusterFixture(context.system));
        const decisions: number[] = [];
        const way = async () => {
            rmSync(drill.workDir, { recursive: true, force: true });
            const { checks, measurements } = await runScript(regionLoss, drill);
            const failed = checks.filter(({ passed }) => !passed).map(({ id, actual }) => `${id}: ${actual}`);
            if (failed.length > 0) throw new Error(`the drill failed, so its time says nothing: ${failed.join("; ")}`);
            decisions.push(measurements.find(({ id }) => id === "decision-to-first-write")?.value ?? Number.NaN);
        };
        const { whole } = await inTurns({ whole: () => timed(way) }, context);
        return [
            { id: "region-loss", title: "join, loss, promotion and failback", unit: "s", samples: whole, limit: 120 },
            {
                id: "first-write",
                title: "decision to first accepted write",
                unit: "s",
                samples: decisions.slice(-whole.length),
                limit: 15,
            },
        ];
    },
};

/** A preview of the standby with everything in it, against a program that does nothing but make as many resources. */
export const standbyPreview: Bench = {
    id: "standby-preview",
    title: "preview of stack dr at phase 13 against the engine's floor",
    run: async (context) => {
        const floor = { projectDir: path.join(__dirname, "programs", "resources") } as const;
        return withEngines(
            { shipped: { projectDir: projectRoot }, floor } as const,
            context,
            async ({ shipped, floor }, doubles) => {
                await configure(shipped, await seedEstate(doubles, context.system));
                for (const { id, order } of phasesUpTo(roadmap, warmStandby.id)) {
                    for (const role of order) {
                        await shipped.stack(role).setConfig("phase", id);
                        await shipped.stack(role).up();
                    }
                }
                const { length } = (await shipped.stack("dr").export()).resources;
                await configureResources(floor, context.system);
                await floor.stack("dr").setConfig("resources", length);
                await floor.stack("dr").up();
                const preview = (engine: typeof shipped) => () => timed(() => engine.stack("dr").preview());
                const samples = await inTurns({ shipped: preview(shipped), floor: preview(floor) }, context);
                return [
                    {
                        id: "standby-preview",
                        title: `preview of stack dr, phase 13, ${length} resources`,
                        unit: "s",
                        samples: samples.shipped,
                    },
                    {
                        id: "standby-preview-floor",
                        title: "preview of as many resources of a bare program",
                        unit: "s",
                        samples: samples.floor,
                    },
                    {
                        id: "standby-preview-ratio",
                        title: "preview, times the engine's floor",
                        unit: "×",
                        samples: ratios(samples.shipped, samples.floor),
                        limit: 1.3,
                    },
                ];
            },
        );
    },
};

/** The jobs that make streams and mirrors, and the promotion of all of them after the loss, for ten streams and for a hundred. */
export const manyStreams: Bench = {
    id: "many-streams",
    title: "100 streams against 10: their jobs, and their promotion",
    run: async (context) => {
        const makes: Record<number, number[]> = { 10: [], 100: [] };
        const promotions: Record<number, number[]> = { 10: [], 100: [] };
        const measure = async (count: number): Promise<number> => {
            const found = await liveAndDieWith(count, context);
            makes[count]?.push(found.make);
            promotions[count]?.push(found.promotion);
            return found.make + found.promotion;
        };
        const samples = await inTurns({ ten: () => measure(10), hundred: () => measure(100) }, context);
        const last = (all: readonly number[] | undefined) => (all ?? []).slice(-context.runs);
        return [
            { id: "streams-10", title: "jobs and promotion of 10 streams", unit: "s", samples: samples.ten },
            { id: "streams-100", title: "jobs and promotion of 100 streams", unit: "s", samples: samples.hundred },
            {
                id: "streams-make-ratio",
                title: "making 100 streams and mirrors, times 10",
                unit: "×",
                samples: ratios(last(makes[100]), last(makes[10])),
                limit: 12,
            },
            {
                id: "streams-promote-ratio",
                title: "promoting 100 streams, times 10",
                unit: "×",
                samples: ratios(last(promotions[100]), last(promotions[10])),
                limit: 12,
            },
        ];
    },
};

async function liveAndDieWith(count: number, context: BenchContext): Promise<{ make: number; promotion: number }> {
    const profile = profileWith(context.system, count);
    const run = new DrillRun(
        "many-streams",
        await drillContext(context, profile, await superClusterFixture(profile), `streams-${count}`),
    );
    const cluster = new SuperCluster(run);
    try {
        const origins = await cluster.startPrimary();
        await cluster.join();
        await cluster.leadFromPrimary();
        const mirrors = await timed(async () => {
            const { exitCode, output } = await cluster.runDeployedJob("dr", "nats-mirrors", 600);
            if (exitCode !== 0) throw new Error(`the mirrors were not made: ${output}`);
        });
        await losePrimary(run, cluster, 0);
        const api = new StreamApi(await cluster.connect(cluster.standby, "operator"), { signal: context.signal });
        const promotion = await timed(() =>
            Promise.all(profile.streams.map((stream) => promote(api, profile, stream, { seconds: 300 }))),
        );
        return { make: origins + mirrors, promotion };
    } finally {
        await run.close();
    }
}

/** The same system with that many streams. */
function profileWith(system: SystemProfile, count: number): SystemProfile {
    const streams = Array.from({ length: count }, (_, index): StreamProfile => {
        const [like] = system.streams;
        const name = `STREAM${index}`;
        return { ...like!, name, mirror: `${name}_MIRROR`, subject: `stream${index}.>` };
    });
    return { ...system, streams };
}
