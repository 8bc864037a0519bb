import type { StreamInfo } from "@nats-io/jetstream";
import { natsGateJobs } from "../../../components/nats/natsGate";
import { placeDurables } from "../../../operate/streams/durables";
import { failback, rebuildMirror } from "../../../operate/streams/failback";
import { fenceOrigin, type Fence } from "../../../operate/streams/fence";
import { storedPositions } from "../../../operate/streams/positions";
import { promote, type Promotion } from "../../../operate/streams/promote";
import { StreamApi, untilDone } from "../../../operate/streams/streamApi";
import type { DrillResult, TimelineEvent } from "../../report/result";
import { longestGap } from "../../world/nats/publisher";
import { readStream, type StoredMessage } from "../../world/nats/streamReader";
import { isNatsRelease } from "../../world/nats/chartConfig";
import type { JobOutcome } from "../../world/nats/runJob";
import { waitFor } from "../../world/nats/waitFor";
import type { Deployments, Drill, DrillContext } from "../drill";
import { patienceSeconds, RegionLossStage } from "./regionLossStage";
import { judge, type Findings } from "./regionLossVerdict";

const id = "region-loss";
const title = "The primary region is lost, the standby takes over, and the writes go back";

/** How long before its servers the lost region's links go. */
const linksFirstMs = 250;

/** Past this a promotion is given up: far above what it takes with a meta leader, two elections included, far below the contract. */
const promotionPatienceSeconds = 60;

/**
 * The whole way of a region: a primary that takes writes is joined by the witness and the standby, is killed with -9,
 * is replaced, returns and takes its writes back, under clients that are never changed. Every message is accounted for.
 */
export const regionLoss: Drill = {
    id,
    title,
    phase: 13,
    run,
    sabotages: [
        {
            id: "no-witness",
            title: "two regions without a witness",
            apply: withoutWitness,
            expectRed: "promotion-accepted",
        },
    ],
};

async function run(context: DrillContext): Promise<DrillResult> {
    const stage = new RegionLossStage(context);
    const timeline: { lane: string; label: string; from: number; until?: number; tone?: TimelineEvent["tone"] }[] = [];
    const findings: Findings = { gates: [], perSecond: context.quick ? 100 : 300 };
    const mark = (lane: string, label: string, tone: TimelineEvent["tone"] = "neutral") => {
        timeline.push({ lane, label, from: performance.now(), tone });
        context.progress(`NATS: ${lane}: ${label}`);
    };
    const startedAt = performance.now();
    try {
        await join(stage, findings, mark, context);
        const { kept, late } = await loseRegion(stage, findings, mark, context);
        const tookOver = await takeOver(stage, findings, mark, context);
        // Not before: nobody waits for that job to decide, and the election that its failing takes belongs to the time of the promotion.
        findings.positionRuns = [kept, await late];
        if (tookOver) await goBack(stage, findings, mark, context);
        const { checks, measurements, details } = judge(findings, stage);
        const seconds = (performance.now() - startedAt) / 1000;
        const zero = findings.lostAt ?? performance.now();
        return {
            id,
            title,
            phase: 13,
            real: [
                "nats-server processes of three regions, from the deployed values",
                "TLS between the gateways, both sides verified",
                "the deployed jobs' scripts with the nats CLI",
                "promotion, fence and failback by the operator's own code",
            ],
            simulated: [
                `regions: ${stage.world.changedKeys.join(", ")} differ, because all servers share one machine's loopback`,
                `the lost region's links go ${linksFirstMs} ms before its servers: so there is a tail to account for, and the recovery point is no shorter`,
                "the clients' way to a region: one address that leads to another region at once",
                "External Secrets: the certificates come from the command that makes them",
            ],
            seed: context.seed,
            checks,
            measurements: [
                ...measurements,
                { id: "whole-way", title: "join, loss, promotion and failback together", value: seconds, unit: "s" },
            ],
            timeline: timeline.map(({ lane, label, from, tone }) => ({ lane, label, at: (from - zero) / 1000, tone })),
            details: { ...details, changedKeys: stage.world.changedKeys },
        };
    } finally {
        await stage.close();
    }
}

type Mark = (lane: string, label: string, tone?: TimelineEvent["tone"]) => void;

/** In the deployed order: primary with writes, its gateways, witness, standby, mirrors. */
async function join(
    stage: RegionLossStage,
    findings: Findings,
    mark: Mark,
    { profile, signal }: DrillContext,
): Promise<void> {
    await stage.startPrimary();
    await stage.startClients(findings.perSecond);
    mark("primary", "takes writes", "good");
    await stage.joinPrimary();
    mark("primary", "has gateways");
    await stage.joinWitness();
    if (stage.witness) {
        mark("witness", "joined");
        findings.gates.push(await stage.runGate("primary", natsGateJobs.witness));
    }
    await stage.joinStandby();
    mark("standby", "joined");
    if (stage.witness) findings.gates.push(await stage.runGate("dr", natsGateJobs.standby));
    findings.streamsAfterJoin = (await listed(stage, profile.streams.length, signal))
        .map((stream) => stream.config.name)
        .sort();
    const job = await stage.runDeployedJob("dr", "nats-mirrors");
    findings.mirrorsJob = { exitCode: job.exitCode, lastLine: job.output.trim().split("\n").at(-1) ?? "" };
    await stage.leadFromPrimary();
    findings.mirrorsCaughtUp = await stage.mirrorsFollow().then(
        () => true,
        (error: unknown) => {
            if (signal.aborted) throw error;
            return false;
        },
    );
    mark("standby", "mirrors follow", "good");
}

/** Every stream, once there are as many as wanted; otherwise those of the last answer, which may lack one whose leader is being elected. */
async function listed(stage: RegionLossStage, wanted: number, signal: AbortSignal): Promise<StreamInfo[]> {
    const manager = await stage.manager(stage.primary);
    let found: StreamInfo[] | undefined;
    const look = async () => ((found = await manager.streams.list().next()).length === wanted ? found : undefined);
    return waitFor(`${wanted} streams`, look, { seconds: patienceSeconds, everyMs: 250, signal }).catch(
        (error: unknown) => {
            signal.throwIfAborted();
            if (!found) throw error;
            return found;
        },
    );
}

/** Runs of the deployed job that keeps the positions: the last one before the loss, and one that began after it. */
type PositionRuns = { readonly kept: JobOutcome | undefined; readonly late: Promise<JobOutcome | undefined> };

/** Lets the clients work, has the durables' positions kept, and kills the region. */
async function loseRegion(
    stage: RegionLossStage,
    findings: Findings,
    mark: Mark,
    { signal }: DrillContext,
): Promise<PositionRuns> {
    await stage.acknowledged(findings.perSecond * 2);
    const kept = await positionsKept(stage, signal);
    mark("standby", "has the consumers' positions");
    findings.mirrorLag = await mirrorLag(stage);
    await stage.acknowledged(findings.perSecond);

    findings.lostAt = await stage.losePrimary(linksFirstMs);
    mark("primary", "killed with -9", "bad");
    const refusals = () =>
        stage.clients.map(({ publisher }) => publisher.refusalsOf(/JetStreamNotEnabled|NoResponders/));
    const before = refusals();
    stage.pointClientsTo(stage.standby);
    // As every minute from now on: whatever it finds must not take the place of what it found before.
    const late = stage.keepPositions();
    late.catch(() => undefined);
    findings.refusedBeforePromotion = await waitFor(
        "the standby to refuse writes",
        () => refusals().every((count, index) => count > (before[index] ?? 0)) || undefined,
        { seconds: patienceSeconds, signal },
    ).catch((error: unknown) => {
        if (signal.aborted) throw error;
        return false;
    });
    // Begun after the loss: an answer to an earlier one may have been on its way, and be read late.
    findings.ackedWhileLost = stage.clients
        .flatMap(({ publisher }) => [...publisher.acked.keys()].map((message) => publisher.begunAt.get(message) ?? 0))
        .filter((at) => at > (findings.lostAt ?? 0)).length;
    return { kept, late };
}

/** Runs of the deployed job until one succeeds, as it does every minute: an election in between fails a run. Answers the last one. */
async function positionsKept(stage: RegionLossStage, signal: AbortSignal): Promise<JobOutcome | undefined> {
    let run: JobOutcome | undefined;
    const attempt = async () => ((run = await stage.keepPositions())?.exitCode ?? 0) === 0 || undefined;
    await waitFor("a run that keeps the positions", attempt, {
        seconds: patienceSeconds,
        everyMs: 1_000,
        signal,
    }).catch(() => signal.throwIfAborted());
    return run;
}

/** Under load, how long the slowest mirror takes to have what its origin has just stored, in seconds; the longest of some samples. */
async function mirrorLag(stage: RegionLossStage): Promise<number> {
    const lags: number[] = [];
    for (let sample = 0; sample < 5; sample++) lags.push(await stage.mirrorsFollow(patienceSeconds, 10));
    return Math.max(...lags);
}

/** A person decides; the mirrors become streams that take writes. False if that was not accepted. */
async function takeOver(
    stage: RegionLossStage,
    findings: Findings,
    mark: Mark,
    context: DrillContext,
): Promise<boolean> {
    const { profile, signal } = context;
    const api = new StreamApi(await stage.connect(stage.standby, "operator"), { signal });
    const decidedAt = performance.now();
    findings.decidedAt = decidedAt;
    mark("operator", "decides to promote");
    const refusals: string[] = [];
    const promoting = profile.streams.map((stream) =>
        promote(api, profile, stream, {
            seconds: promotionPatienceSeconds,
            onRefusal: (reason) => refusals.push(reason),
        }),
    );
    try {
        findings.promotions = new Map<string, Promotion>(
            (await Promise.all(promoting)).map((promotion) => [promotion.stream, promotion]),
        );
    } catch (error) {
        if (signal.aborted) throw error;
        await Promise.allSettled(promoting);
        findings.promotionRefusal = error instanceof Error ? error.message : String(error);
        mark("operator", "promotion refused", "bad");
        return false;
    }
    findings.promotionRefusals = refusals.length;
    mark("operator", "promoted", "good");
    // Runs through the region's return, as the operator's command does.
    findings.fencing = Promise.all(profile.streams.map((stream) => fenceOrigin(api, profile, stream)));
    findings.fencing.catch(() => undefined);
    findings.positions = await untilDone("positions of the consumers", () => storedPositions(api), { signal });
    for (const { name, mirror } of profile.streams) {
        const lastMirrored = findings.promotions.get(name)?.lastMirrored;
        await untilDone(
            `durables of ${mirror}`,
            () => placeDurables(api, mirror, findings.positions?.streams[name] ?? [], lastMirrored),
            { signal },
        );
    }

    const first = stage.clients.map(({ publisher }) =>
        waitFor("a write accepted by the standby", () => [...publisher.acked.values()].find((at) => at > decidedAt), {
            seconds: promotionPatienceSeconds,
            signal,
        }),
    );
    findings.firstWriteAt = Math.max(...(await Promise.all(first)));
    mark("standby", "takes writes", "good");
    await stage.acknowledged(findings.perSecond * 3);
    const reader = await stage.connect(stage.standby, "reader");
    findings.standbyStored = new Map<string, StoredMessage[]>();
    for (const { stream } of stage.clients)
        findings.standbyStored.set(stream.name, await readStream(reader, stream.mirror));
    return true;
}

/** The region returns with its disks, is fenced, gets the standby's messages, and the writes. */
async function goBack(
    stage: RegionLossStage,
    findings: Findings,
    mark: Mark,
    { profile, signal, progress }: DrillContext,
): Promise<void> {
    await stage.returnPrimary();
    mark("primary", "is back");
    findings.fences = await within<Fence[]>(findings.fencing ?? Promise.resolve([]), patienceSeconds);
    mark("primary", "is fenced", findings.fences ? "good" : "bad");
    const api = new StreamApi(await stage.connect(stage.standby, "operator"), { signal, patienceMs: 5_000 });
    const startedAt = performance.now();
    findings.failbacks = await Promise.all(
        profile.streams.map((stream) =>
            failback(api, profile, stream, { onStep: (step) => progress(`NATS: ${stream.name}: ${step}`) }),
        ),
    );
    stage.pointClientsTo(stage.primary);
    mark("primary", "takes writes", "good");
    await stage.acknowledged(findings.perSecond);
    findings.failbackGaps = stage.clients.map(({ publisher }) => longestGap(publisher.acked.values(), startedAt));
    findings.rebuilds = await Promise.all(
        profile.streams.map((stream) =>
            rebuildMirror(api, profile, stream, { onStep: (step) => progress(`NATS: ${stream.mirror}: ${step}`) }),
        ),
    );
    mark("standby", "mirrors again", "good");

    await stage.settle();
    const reader = await stage.connect(stage.primary, "reader");
    findings.originStored = new Map<string, StoredMessage[]>();
    for (const { stream } of stage.clients)
        findings.originStored.set(stream.name, await readStream(reader, stream.name));
    // Origins, mirrors, and the stream of the positions.
    findings.layout = (await listed(stage, profile.streams.length * 2 + 1, signal))
        .map(
            ({ config, cluster }) =>
                `${config.name} in ${cluster?.name}${config.mirror ? `, mirror of ${config.mirror.name}` : `, takes ${config.subjects?.join(" ")}`}`,
        )
        .sort();
}

async function within<T>(promise: Promise<T>, seconds: number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), seconds * 1000)));
    try {
        return await Promise.race([promise, late]);
    } finally {
        clearTimeout(timer);
    }
}

/** The same deployments without the third region: no server, and no gateway that leads there. */
function withoutWitness({ witness: _witness, primary, dr }: Deployments): Deployments {
    const names = [primary, dr]
        .flatMap((member) => member?.resources.filter(isNatsRelease) ?? [])
        .map(({ inputs }) => inputs.values.config.cluster?.merge?.name);
    const strip = (deployment: Deployments["primary"]) =>
        deployment?.withInputs(isNatsRelease, ({ values }) => {
            const { merge } = values.config.gateway;
            merge.gateways = merge.gateways.filter((remote: { name: string }) => names.includes(remote.name));
        });
    return { primary: strip(primary), dr: strip(dr) };
}
