import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import { jetstream } from "@nats-io/jetstream";
import { backupFixture } from "../drills/restore/testing/backupFixture";
import { clientSubject } from "../kit/load/clientSubject";
import { BackupEnvironment } from "../kit/environments/backup";
import { findTools } from "../../engine/toolchain/findTools";
import { inTurns, timed, type Bench, type BenchContext } from "./bench";
import { ratios } from "./figure";

/** What is in the streams together, in MB; random bytes, so that compression changes nothing. */
const megabytes = 1_024;
const messageBytes = 128 * 1024;

/**
 * Backup and restore of 1 GB with the deployed scripts, three servers and an S3-compatible server, against a plain copy of the
 * files that a backup consists of. All on one disk of one machine: the network between regions is not in it.
 */
export const backupSpeed: Bench = {
    id: "backup-speed",
    title: "backup and restore of 1 GB of streams against a plain copy",
    run: async (context) => {
        const tools = await findTools({ progress: context.progress, signal: context.signal });
        const deployments = await backupFixture(context.system);
        const drill = {
            deployments,
            profile: context.system,
            tools,
            workDir: context.dir,
            seed: 1,
            quick: false,
            progress: context.progress,
            signal: context.signal,
        };
        const world = await BackupEnvironment.start(drill, deployments.primary!, deployments.dr!);
        try {
            await fill(world, context);
            const perSecond = async (action: () => Promise<unknown>) => megabytes / (await timed(action));
            const samples = await inTurns(
                {
                    backup: () => perSecond(async () => demandSuccess(await world.backup())),
                    copy: () => copyOf(context.dir, perSecond),
                    restore: async () => {
                        await world.lose();
                        await world.startEmpty();
                        const speed = await perSecond(async () => demandSuccess(await world.restore()));
                        for (const run of runs(context.dir))
                            fs.rmSync(path.join(context.dir, run), { recursive: true, force: true });
                        return speed;
                    },
                },
                context,
            );
            return [
                {
                    id: "backup-copy",
                    title: "plain copy of a backup's files, 1 GB",
                    unit: "MB/s",
                    samples: samples.copy,
                },
                {
                    id: "backup-speed",
                    title: "backup of 1 GB, made and uploaded",
                    unit: "MB/s",
                    samples: samples.backup,
                },
                {
                    id: "restore-speed",
                    title: "restore of 1 GB, fetched, verified, on all servers",
                    unit: "MB/s",
                    samples: samples.restore,
                },
                {
                    id: "backup-slowness",
                    title: "backup takes, times a plain copy",
                    unit: "×",
                    samples: ratios(samples.copy, samples.backup),
                },
                {
                    id: "restore-slowness",
                    title: "restore takes, times a plain copy",
                    unit: "×",
                    samples: ratios(samples.copy, samples.restore),
                },
            ];
        } finally {
            await world.close();
        }
    },
};

async function fill(world: BackupEnvironment, { system, progress, signal }: BenchContext): Promise<void> {
    const connection = await world.connect("filler");
    const client = jetstream(connection, { timeout: 10_000 });
    const each = (megabytes * 1024 * 1024) / messageBytes / system.streams.length;
    for (const stream of system.streams) {
        let next = 0;
        const worker = async () => {
            while (next++ < each) {
                signal.throwIfAborted();
                await client.publish(clientSubject(stream, "restore"), randomBytes(messageBytes), {
                    retries: 5,
                    timeout: 10_000,
                });
            }
        };
        await Promise.all(Array.from({ length: 8 }, worker));
    }
    progress(`${megabytes} MB in ${system.streams.length} streams`);
    await connection.close();
}

/** Folders of the runs so far, oldest first. */
function runs(dir: string): string[] {
    const number = (name: string) => Number(/^run-(\d+)-/.exec(name)?.[1]);
    return fs
        .readdirSync(dir)
        .filter((name) => name.startsWith("run-"))
        .sort((one, other) => number(one) - number(other));
}

async function copyOf(dir: string, perSecond: (action: () => Promise<unknown>) => Promise<number>): Promise<number> {
    const last = runs(dir).findLast((name) => name.endsWith("-nats-backup"));
    if (last === undefined) throw new Error("there is no backup to copy");
    const copy = path.join(dir, "copy");
    const speed = await perSecond(() => fs.promises.cp(path.join(dir, last, "backup"), copy, { recursive: true }));
    fs.rmSync(copy, { recursive: true, force: true });
    return speed;
}

function demandSuccess({ exitCode, output }: { exitCode: number; output: string }): void {
    if (exitCode !== 0) throw new Error(`the run ended with status ${exitCode}, so its time says nothing: ${output}`);
}
