import * as path from "node:path";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { contracts } from "../../infra/contracts";
import { applicationAccount } from "../../components/nats/natsAccounts";
import type { Check, DrillResult, Measurement, TimelineEvent } from "../report/result";
import type { Deployment } from "../state/deployment";
import { isNatsRelease } from "../world/nats/chartConfig";
import { connectTo, loginOf } from "../world/nats/client";
import type { NatsServer } from "../world/nats/natsServer";
import { NatsWorld, type Member } from "../world/nats/natsWorld";
import { longestGap, Publisher } from "../world/nats/publisher";
import { runJob } from "../world/nats/runJob";
import { accountFor, readStream, type MessageAccount } from "../world/nats/streamReader";
import { waitFor } from "../world/nats/waitFor";
import type { Drill, DrillContext, Deployments } from "./drill";

const id = "server-loss";
const title = "One NATS server is killed under load and comes back";

/** Long enough for two elections of a stream's leader, each of which takes up to 9 s, on a machine that is busy with other things. */
const patienceSeconds = 60;

/**
 * Kills the server that leads a stream while a client publishes, brings it back, and accounts for every message: the
 * baseline keeps writing with one of three servers gone and loses nothing that it acknowledged.
 */
export const serverLoss: Drill = {
    id,
    title,
    phase: 10,
    besideEngine: true,
    run,
    sabotages: [
        {
            id: "one-server",
            title: "a single NATS server without replicas",
            apply: withOneServer,
            expectRed: "writes-survive-server-loss",
        },
    ],
};

async function run(context: DrillContext): Promise<DrillResult> {
    const { deployments, profile, progress, signal, tools, workDir } = context;
    const deployment = deployments.primary;
    if (!deployment) throw new Error(`${id} needs the primary's deployment: bring up phase 10 first`);
    const stream = profile.streams[0];
    if (!stream) throw new Error(`${id} needs a stream in the system profile`);
    const subject = stream.subject.replace(/>$/, "rehearsal");
    const count = context.quick ? 2_000 : 10_000;

    const world = new NatsWorld({ natsServer: tools["nats-server"].path, dir: workDir, signal });
    const connections: NatsConnection[] = [];
    try {
        const member = await world.member(deployment);
        await world.start(member);
        const job = await createStreams(deployment, member, context);
        progress(`NATS: ${member.servers.length} servers from the deployed chart values, streams by the deployed job`);

        const login = loginOf(deployment, applicationAccount);
        const connect = async (name: string) => {
            const connection = await connectTo(member.servers, login, name);
            connections.push(connection);
            return connection;
        };
        const manager = await jetstreamManager(await connect("observer"), { timeout: 3_000, checkAPI: false });
        const publisher = new Publisher(await connect("publisher"), { run: id, subject, signal });
        const startedAt = performance.now();
        const before = publisher.run(count / 2);
        await waitFor(`${count / 4} acknowledgements`, () => publisher.acked.size >= count / 4 || undefined, {
            signal,
            everyMs: 5,
        });

        const leader = await waitFor(`a leader of ${stream.name}`, () => leaderOf(manager, member, stream.name), {
            signal,
        });
        await leader.kill();
        const killedAt = performance.now();
        // Half of the messages are left for the time without the server, however fast the others went.
        const after = publisher.run(count);
        progress(
            `NATS: ${leader.name}, leader of ${stream.name}, killed with -9 after ${publisher.acked.size} acknowledgements`,
        );
        const survived = await writesGoOn(publisher, member, killedAt, signal);
        leader.start();
        const restartedAt = performance.now();
        await leader.healthy({ signal });
        await waitFor(`all ${count} messages acknowledged`, () => publisher.acked.size >= count || undefined, {
            signal,
        });
        await Promise.all([before, after]);
        const current = await replicasCurrent(manager, stream.name, stream.replicas, signal);
        const returnedAt = performance.now();

        const stored = await readStream(await connect("reader"), stream.name);
        const account = accountFor(publisher, stored, { run: id, subject });
        const gap = longestGap(publisher.acked.values(), killedAt);
        progress(
            `NATS: ${account.acked} acknowledged, ${account.stored} stored, longest gap ${gap.seconds.toFixed(2)} s`,
        );
        const relative = (time: number) => (time - killedAt) / 1000;
        return {
            id,
            title,
            phase: 10,
            real: [
                "nats-server processes",
                "nats CLI and the deployed job's script",
                "JetStream client",
                "deployed chart values",
            ],
            simulated: [
                `Kubernetes: ${world.changedKeys.join(", ")} differ, because all servers share one machine's loopback`,
            ],
            seed: context.seed,
            checks: checks({ job, survived, account, current, count }),
            measurements: measurements(gap.seconds, account, relative(returnedAt) - relative(restartedAt)),
            timeline: timeline(),
            details: {
                account,
                killed: leader.name,
                refusals: Object.fromEntries(publisher.refusals),
                changedKeys: world.changedKeys,
                changedJobVariables: job.changed,
            },
        };

        function timeline(): TimelineEvent[] {
            return [
                {
                    lane: "publisher",
                    at: relative(startedAt),
                    until: relative(gap.from),
                    label: "writes acknowledged",
                    tone: "good",
                },
                {
                    lane: "publisher",
                    at: relative(gap.from),
                    until: relative(gap.until),
                    label: "no acknowledgement",
                    tone: "bad",
                },
                {
                    lane: "publisher",
                    at: relative(gap.until),
                    until: relative(Math.max(...publisher.acked.values())),
                    label: "writes acknowledged",
                    tone: "good",
                },
                { lane: leader.name, at: 0, label: "killed with -9", tone: "bad" },
                { lane: leader.name, at: relative(restartedAt), label: "started again", tone: "neutral" },
                { lane: leader.name, at: relative(returnedAt), label: "in step again", tone: "good" },
            ];
        }
    } finally {
        await Promise.all(connections.map((connection) => connection.close().catch(() => undefined)));
        await world.close();
    }
}

function createStreams(deployment: Deployment, member: Member, { workDir, signal, tools }: DrillContext) {
    return runJob(deployment, {
        job: "nats-streams",
        env: {
            NATS_URL: member.servers.map((server) => server.url).join(","),
            DEADLINE_SECONDS: String(patienceSeconds),
        },
        programs: [path.dirname(tools.nats.path)],
        dir: path.join(workDir, "job-nats-streams"),
        signal,
    });
}

async function leaderOf(manager: JetStreamManager, member: Member, stream: string): Promise<NatsServer> {
    const { cluster } = await manager.streams.info(stream);
    const [only] = member.servers;
    // A server alone has no cluster to report, and leads everything.
    if (member.servers.length === 1 && only) return only;
    const leader = member.servers.find((server) => server.name === cluster?.leader);
    if (!leader) throw new Error(`stream ${stream} is led by ${cluster?.leader}, which is none of the started servers`);
    return leader;
}

/** Whether a message is acknowledged that was begun while the server is away; ends early if no server runs at all. */
async function writesGoOn(
    publisher: Publisher,
    member: Member,
    killedAt: number,
    signal: AbortSignal,
): Promise<boolean> {
    const during = () =>
        [...publisher.acked.keys()].some((message) => (publisher.begunAt.get(message) ?? 0) > killedAt);
    return waitFor(
        "a message acknowledged while the server is away",
        () => {
            if (during()) return true;
            return member.servers.some((server) => server.running) ? undefined : false;
        },
        { seconds: patienceSeconds, signal },
    ).catch((error: unknown) => {
        if (signal.aborted) throw error;
        return false;
    });
}

/** How many copies of the stream are in step, once all wanted ones are or the patience ends. */
async function replicasCurrent(
    manager: JetStreamManager,
    stream: string,
    wanted: number,
    signal: AbortSignal,
): Promise<number> {
    let current = 0;
    await waitFor(
        `${wanted} copies in step`,
        async () => {
            const { cluster, config } = await manager.streams.info(stream);
            current = (cluster?.replicas ?? []).filter((replica) => replica.current && !replica.offline).length + 1;
            return current >= Math.min(wanted, config.num_replicas) || undefined;
        },
        { seconds: patienceSeconds, signal },
    ).catch((error: unknown) => {
        if (signal.aborted) throw error;
    });
    return current;
}

interface Findings {
    readonly job: { readonly exitCode: number; readonly output: string };
    readonly survived: boolean;
    readonly account: MessageAccount;
    readonly current: number;
    readonly count: number;
}

function checks({ job, survived, account, current, count }: Findings): Check[] {
    const damaged = account.corrupted + account.misnamed + account.outOfOrder;
    return [
        {
            id: "streams-created",
            title: "The deployed job creates the streams",
            passed: job.exitCode === 0,
            expected: "exit status 0",
            actual: `exit status ${job.exitCode}: ${job.output.trim().split("\n").at(-1)}`,
        },
        {
            id: "writes-survive-server-loss",
            title: "Writes are acknowledged while one server is away",
            passed: survived,
            expected: "at least one acknowledgement before the server returns",
            actual: survived ? "acknowledged" : "none",
        },
        {
            id: "acked-stored-once",
            title: "Every acknowledged message is stored, once",
            passed: account.acked === count && account.missing.length === 0 && account.duplicated.length === 0,
            expected: `${count} acknowledged and stored, 0 missing, 0 duplicated`,
            actual: `${account.acked} acknowledged, ${account.stored} stored, ${account.missing.length} missing, ${account.duplicated.length} duplicated`,
        },
        {
            id: "stored-as-published",
            title: "Messages are stored as they were published: payload, subject, order",
            passed: damaged === 0,
            expected: "0 corrupted, 0 under another subject, 0 out of order",
            actual: `${account.corrupted} corrupted, ${account.misnamed} under another subject, ${account.outOfOrder} out of order`,
        },
        {
            id: "replicas-in-step",
            title: "The server that returned holds the stream again",
            passed: current >= 3,
            expected: "3 copies in step",
            actual: `${current} copies in step`,
        },
    ];
}

function measurements(gap: number, account: MessageAccount, catchUp: number): Measurement[] {
    return [
        {
            id: "publish-gap",
            title: contracts.serverLossRecovery.title,
            value: gap,
            unit: "s",
            contract: "serverLossRecovery",
        },
        { id: "acked", title: "messages acknowledged", value: account.acked, unit: "messages" },
        { id: "stored", title: "messages stored", value: account.stored, unit: "messages" },
        { id: "lost", title: "acknowledged messages lost", value: account.missing.length, unit: "messages" },
        { id: "catch-up", title: "restart of the server until its copy is in step", value: catchUp, unit: "s" },
    ];
}

/** The same deployment with one server, and streams that ask for no more than it can hold. */
function withOneServer(deployments: Deployments): Deployments {
    const primary = deployments.primary
        ?.withInputs(isNatsRelease, ({ values }) => standAlone(values.config))
        .withInputs(
            ({ type, inputs }) => type === "kubernetes:core/v1:ConfigMap" && inputs.metadata?.name === "nats-streams",
            ({ data }) => {
                for (const [file, text] of Object.entries<string>(data))
                    data[file] = JSON.stringify({ ...JSON.parse(text), num_replicas: 1, placement: undefined });
            },
        );
    return { ...deployments, primary };
}

/** The chart's single server. It has no cluster, so the mappings of its own region name none. */
function standAlone(config: Record<string, any>): void {
    const own = config.cluster.merge.name;
    config.cluster.enabled = false;
    const { mappings } = config.merge.accounts[applicationAccount];
    for (const [subject, destinations] of Object.entries(mappings as Record<string, Record<string, unknown>[]>)) {
        mappings[subject] = destinations
            .filter((destination) => destination.cluster === own)
            .map(({ destination, weight }) => ({ destination, weight }));
        if (mappings[subject].length === 0) delete mappings[subject];
    }
}
