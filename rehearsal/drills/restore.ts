import type { NatsConnection } from "@nats-io/transport-node";
import { recoveryPoint } from "../../components/backup/cadence";
import type { StreamProfile } from "../../infra/profile";
import type { DrillResult } from "../report/result";
import type { Deployment } from "../state/deployment";
import { Publisher } from "../world/nats/publisher";
import { waitFor } from "../world/nats/waitFor";
import type { Drill, DrillContext } from "./drill";
import {
    cadenceCheck,
    checks,
    measurements,
    refusedExisting,
    timeline,
    verified,
    type Findings,
    type Moments,
    type StreamLoss,
} from "./restore/checks";
import { deployedCronJob } from "./restore/deployedJob";
import { restoreSabotages } from "./restore/sabotages";
import { consume, createDurables, differences, pictures, type StreamPicture } from "./restore/streams";
import { jobs, RestoreWorld, subjectOf } from "./restore/world";

const id = "restore";
const title = "Every NATS server and disk is lost; the streams come back from the bucket";

/**
 * Messages a second that each stream's client publishes from the second backup until the loss. As many as the servers take
 * would measure the machine: what is read, compared and lost would grow with the time that a busy one needs for the steps between.
 */
const tailPerSecond = 100;

/**
 * Backs up two streams with durable consumers while clients go on publishing, restores the backup before the last one into an empty
 * cluster beside them, kills every server, deletes the disks, and restores the newest backup: all of it with the deployed scripts.
 */
export const restore: Drill = { id, title, phase: 11, besideEngine: true, run, sabotages: restoreSabotages };

async function run(context: DrillContext): Promise<DrillResult> {
    const { primary, dr } = context.deployments;
    if (!primary || !dr) throw new Error(`${id} needs the deployments of primary and dr: bring up phase 11 first`);
    const promised = promisedRecoveryPoint(primary);
    const cadence = cadenceCheck(promised);
    // Whoever waits for the next run of such a schedule has nothing to restore: the rest of the drill would flatter it.
    if (!cadence.passed) return { ...frame(context), checks: [cadence], measurements: [], timeline: [] };

    const world = await RestoreWorld.start(context, primary, dr);
    try {
        const findings = await Promise.race([rehearse(world, context), interrupted(context.signal)]);
        context.progress(`restore: ${findings.summary}`);
        return {
            ...frame(context, world),
            checks: [cadence, ...checks(findings)],
            measurements: measurements(findings, promised),
            timeline: timeline(findings),
            details: { findings, changedKeys: world.nats.changedKeys },
        };
    } finally {
        await world.close();
    }
}

/** Rejects when the run is interrupted, whatever the drill is waiting for; otherwise never ends. */
function interrupted(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

function promisedRecoveryPoint(primary: Deployment): number {
    const { schedule, jobTemplate } = deployedCronJob(primary, jobs.backup).inputs.spec;
    return recoveryPoint({ schedule, deadline: jobTemplate.spec.activeDeadlineSeconds });
}

function frame(context: DrillContext, world?: RestoreWorld): Omit<DrillResult, "checks" | "measurements" | "timeline"> {
    const aws = world ? (world.aws.real ? [world.aws.what] : []) : [];
    const standIn = world && !world.aws.real ? [world.aws.what] : [];
    return {
        id,
        title,
        phase: 11,
        real: [
            "nats-server processes",
            "nats CLI",
            "the deployed scripts of backup and restore",
            "an S3-compatible server with versions and object lock",
            ...aws,
        ],
        simulated: [
            "Kubernetes: pods run as processes of this machine",
            "S3: versitygw in place of Amazon's, without KMS and IAM",
            "network between the regions",
            ...standIn,
        ],
        seed: context.seed,
    };
}

/** The event itself. Ends at the first link that breaks: what comes after it would say nothing. */
async function rehearse(world: RestoreWorld, context: DrillContext): Promise<Findings> {
    const { profile, signal, progress, quick } = context;
    const { streams } = profile;
    const count = quick ? 600 : 10_000;
    const connections: NatsConnection[] = [];
    const connect = async (name: string) => {
        const connection = await world.connect(name);
        connections.push(connection);
        return connection;
    };
    const gone = new AbortController();
    const clients: Publisher[] = [];
    const client = (
        connection: NatsConnection,
        stream: StreamProfile,
        part: string,
        pace: { window?: number; perSecond?: number } = {},
    ) => {
        const made = new Publisher(connection, {
            run: `${id}-${part}-${stream.name}`,
            subject: subjectOf(stream),
            ...pace,
            signal: gone.signal,
        });
        clients.push(made);
        return made;
    };
    const endClients = () => {
        for (const one of clients) one.stop();
        gone.abort();
    };
    // A client goes on trying for as long as nobody ends it, and so does a connection to servers that are gone.
    const interrupt = () => {
        endClients();
        for (const connection of connections) void connection.close();
    };
    signal.addEventListener("abort", interrupt, { once: true });
    try {
        const observer = await connect("observer");
        const publishers = await Promise.all(
            streams.map(async (stream) => client(await connect(`publisher-${stream.name}`), stream, "main")),
        );
        const publish = (upTo: number) => Promise.all(publishers.map((publisher) => publisher.run(upTo)));

        await createDurables(observer, streams);
        await publish(count / 2);
        await consume(observer, streams, count / 4, signal);
        const former = await pictures(observer, streams, signal);
        const firstRun = await world.backup();
        const [firstStamp] = await world.completeBackups();
        progress(
            `restore: backup of ${count / 2} messages in each of ${streams.length} streams: ${firstStamp ?? "none"}`,
        );
        const firstOnly = { runs: [firstRun], stamps: firstStamp === undefined ? [] : [firstStamp] };
        if (firstRun.exitCode !== 0 || firstStamp === undefined)
            return { count, arrived: firstOnly, moments: {}, summary: "no complete backup arrived" };

        // Beside the live cluster, and before anything is timed.
        const restoringOlder = pointInTime(world, firstStamp, streams, former, signal);
        restoringOlder.catch(() => undefined);
        await publish(count);
        await consume(observer, streams, count / 4, signal);
        const latter = await pictures(observer, streams, signal);
        const trickle = await Promise.all(
            streams.map(async (stream) =>
                client(await connect(`client-${stream.name}`), stream, "tail", { window: 1, perSecond: tailPerSecond }),
            ),
        );
        const moments: Partial<Moments> = { backupAt: performance.now() };
        const trickling = trickle.map((publisher) => publisher.run(Number.MAX_SAFE_INTEGER));
        const secondRun = await world.backup();
        moments.backedUpAt = performance.now();
        const stamps = await world.completeBackups();
        const arrived = { runs: [firstRun, secondRun], stamps };
        if (secondRun.exitCode !== 0 || stamps.length < 2) {
            return { count, arrived, moments, summary: "no complete backup arrived" };
        }

        const ackedTail = trickle.map((publisher) => publisher.acked.size);
        const [refused, older] = await Promise.all([world.restore(), restoringOlder]);
        if (!verified(refused))
            return {
                count,
                arrived,
                live: { run: refused, differences: [] },
                moments,
                summary: "the backup is not what was written",
            };
        // One that went through has replaced the streams: nothing is left to compare.
        const untouched = refused.exitCode === 0 ? [] : await pictures(observer, streams, signal);
        const live = { run: refused, differences: untouched.flatMap((now, index) => differences(latter[index]!, now)) };
        if (!refusedExisting(refused))
            return { count, arrived, live, moments, summary: "the restore did not refuse a live cluster" };

        await waitFor(
            "100 more messages acknowledged",
            () => trickle.every((publisher, index) => publisher.acked.size > ackedTail[index]! + 100) || undefined,
            { signal },
        );
        const before = await pictures(observer, streams, signal);
        moments.lostAt = performance.now();
        await world.lose();
        endClients();
        await Promise.all(trickling);
        progress(
            `restore: every server killed with -9, every disk deleted, after ${before.map((one) => one.lastSeq).join(" and ")} messages`,
        );

        await world.startEmpty();
        moments.emptyAt = performance.now();
        const newest = await world.restore();
        moments.restoredAt = performance.now();
        if (newest.exitCode !== 0)
            return {
                count,
                arrived,
                live,
                newest: { run: newest },
                older,
                moments,
                summary: "the restore refused the backup",
            };
        await canary(await connect("canary"), streams, signal);
        moments.writableAt = performance.now();
        const restored = withoutCanary(await pictures(await connect("reader"), streams, signal));
        const losses = restored.map((now, index): StreamLoss =>
            lossOf(now, before[index]!, latter[index]!, [publishers[index]!, trickle[index]!]),
        );

        return {
            count,
            arrived,
            live,
            newest: { run: newest, losses },
            older,
            moments,
            summary: `${losses.map((loss) => `${loss.stream}: ${loss.recovered} of ${loss.acked} acknowledged`).join(", ")}`,
        };
    } finally {
        signal.removeEventListener("abort", interrupt);
        endClients();
        await Promise.all(connections.map((connection) => connection.close().catch(() => undefined)));
    }
}

/** The backup before the last one, into an empty cluster beside the live one: it has to be exactly what was there then. */
async function pointInTime(
    world: RestoreWorld,
    stamp: string,
    streams: readonly StreamProfile[],
    former: readonly StreamPicture[],
    signal: AbortSignal,
): Promise<Findings["older"]> {
    const beside = await world.startBeside("point-in-time");
    const connection = await beside.connect("point-in-time");
    try {
        const run = await beside.restore({ BACKUP: stamp });
        const found = run.exitCode === 0 ? await pictures(connection, streams, signal) : [];
        return {
            run,
            stamp,
            differences: former.flatMap((was, index) =>
                found[index] ? exactly(found[index], was) : [`${was.stream}: not there`],
            ),
        };
    } finally {
        await connection.close().catch(() => undefined);
        await beside.close();
    }
}

/** One message to each restored stream: writes are accepted again. */
async function canary(
    connection: NatsConnection,
    streams: readonly StreamProfile[],
    signal: AbortSignal,
): Promise<void> {
    await Promise.all(
        streams.map((stream) =>
            new Publisher(connection, { run: `${id}-canary`, subject: subjectOf(stream), signal }).run(1),
        ),
    );
}

/** The canary proves that writes go on, at the sequence after the last one; it is none of the recovered messages. */
function withoutCanary(all: readonly StreamPicture[]): StreamPicture[] {
    return all.map((one) => {
        const messages = one.messages.filter((message) => !message.id?.startsWith(`${id}-canary-`));
        return { ...one, messages, lastSeq: messages.at(-1)?.seq ?? 0 };
    });
}

function lossOf(
    restored: StreamPicture,
    before: StreamPicture,
    atBackup: StreamPicture,
    publishers: readonly Publisher[],
): StreamLoss {
    const acked = new Map(publishers.flatMap((publisher) => [...publisher.acked]));
    const recovered = new Set(restored.messages.map((message) => message.id));
    const recoveredTimes = [...acked].filter(([message]) => recovered.has(message)).map(([, at]) => at);
    const lastAcked = Math.max(...acked.values());
    return {
        stream: restored.stream,
        acked: acked.size,
        recovered: recoveredTimes.length,
        lost: acked.size - recoveredTimes.length,
        lostSeconds: (lastAcked - Math.max(...recoveredTimes)) / 1000,
        missingFromBackup: atBackup.messages.filter((message) => !recovered.has(message.id)).length,
        differences: differences(restored, before),
        ackFloor: { expected: atBackup.ackFloor, found: restored.ackFloor },
    };
}

/** As `differences`, and nothing more or less than was there. */
function exactly(restored: StreamPicture, was: StreamPicture): string[] {
    return [
        ...differences(restored, was),
        ...(restored.lastSeq === was.lastSeq
            ? []
            : [`${was.stream}: ends at ${restored.lastSeq} instead of ${was.lastSeq}`]),
        ...(restored.ackFloor === was.ackFloor
            ? []
            : [`${was.stream}: the consumer is at ${restored.ackFloor} instead of ${was.ackFloor}`]),
    ];
}
