import * as path from "node:path";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { applicationAccount } from "../../../components/nats/natsAccounts";
import { connectTo, loginOf } from "../../../testbed/nats/client";
import type { NatsServer } from "../../../testbed/nats/natsServer";
import { NatsWorld, type Member } from "../../../testbed/nats/natsWorld";
import type { Publisher } from "../../../testbed/nats/publisher";
import { runJob, type JobOutcome } from "../../../testbed/nats/runJob";
import { inTime, waitFor } from "../../../testbed/nats/waitFor";
import type { DrillRun } from "../drillRun";

/** For what has to happen, however busy the machine is: two elections of a stream's leader, each of which takes up to 9 s. */
const eventSeconds = 60;

/** The primary's servers alone, from the deployed values. */
export interface RegionServers {
    readonly servers: NatsWorld;
    readonly member: Member;
    /** A connection, which ends with the drill. @param account @default the applications' */
    readonly connect: (name: string, account?: string) => Promise<NatsConnection>;
}

/** The same, with the streams of the deployed job. */
export interface SingleRegion extends RegionServers {
    /** How the deployed job that creates the streams ended. */
    readonly streamsJob: JobOutcome;
    readonly manager: JetStreamManager;
}

/**
 * Ready when every server is healthy; no streams.
 *
 * @param deployment what the servers are started from @default the primary's, as deployed
 */
export async function regionServers(run: DrillRun, deployment = run.deployment("primary")): Promise<RegionServers> {
    const { tools, workDir, signal } = run;
    const servers = new NatsWorld({ natsServer: tools["nats-server"].path, dir: workDir, signal });
    run.defer(() => servers.close());
    run.real("nats-server processes", "JetStream client", "deployed chart values");
    const member = await servers.member(deployment);
    await run.at("primary", `${member.servers.length} servers start`, () => servers.start(member));
    run.simulated(
        `Kubernetes: ${servers.changedKeys.join(", ")} differ, because all servers share one machine's loopback`,
    );
    const connect = async (name: string, account = applicationAccount) => {
        const connection = await connectTo(member.servers, loginOf(deployment, account), name);
        run.defer(() => connection.close().catch(() => undefined));
        return connection;
    };
    return { servers, member, connect };
}

/** Ready when every server is healthy and the job has ended, however it ended. */
export async function singleRegion(run: DrillRun): Promise<SingleRegion> {
    const { tools, workDir, signal } = run;
    const region = await regionServers(run);
    run.real("nats CLI and the deployed job's script");
    const streamsJob = await run.at("primary", "the deployed job creates the streams", () =>
        runJob(run.deployment("primary"), {
            job: "nats-streams",
            env: {
                NATS_URL: region.member.servers.map((server) => server.url).join(","),
                DEADLINE_SECONDS: String(eventSeconds),
            },
            programs: [path.dirname(tools.nats.path)],
            dir: path.join(workDir, "job-nats-streams"),
            signal,
        }),
    );
    const manager = await jetstreamManager(await region.connect("observer"), { timeout: 3_000, checkAPI: false });
    return { ...region, streamsJob, manager };
}

/** The server that leads a stream, once one does. */
export function leaderOf(run: DrillRun, { manager, member }: SingleRegion, stream: string): Promise<NatsServer> {
    return waitFor(
        `a leader of ${stream}`,
        async () => {
            const { cluster } = await manager.streams.info(stream);
            const [only] = member.servers;
            // A server alone has no cluster to report, and leads everything.
            if (member.servers.length === 1 && only) return only;
            const leader = member.servers.find((server) => server.name === cluster?.leader);
            if (!leader)
                throw new Error(`stream ${stream} is led by ${cluster?.leader}, which is none of the started servers`);
            return leader;
        },
        { seconds: eventSeconds, signal: run.signal },
    );
}

/** How many copies of a stream are in step, once all wanted ones are or the time for an event has passed. */
export async function replicasInStep(
    { signal }: DrillRun,
    { manager }: SingleRegion,
    stream: string,
    wanted: number,
): Promise<number> {
    let current = 0;
    await inTime(
        `${wanted} copies in step`,
        async () => {
            const { cluster, config } = await manager.streams.info(stream);
            current = (cluster?.replicas ?? []).filter((replica) => replica.current && !replica.offline).length + 1;
            return current >= Math.min(wanted, config.num_replicas) || undefined;
        },
        { seconds: eventSeconds, signal },
    );
    return current;
}

/** Whether a message is acknowledged that was begun while the server is away; ends early if no server runs at all. */
export async function writesGoOn(
    { signal }: DrillRun,
    publisher: Publisher,
    { member }: SingleRegion,
    killedAt: number,
): Promise<boolean> {
    const during = () => publisher.ackedOfThoseBegunAfter(killedAt) > 0;
    const seen = await inTime(
        "a message acknowledged while the server is away",
        () => during() || (member.servers.some((server) => server.running) ? undefined : false),
        { seconds: eventSeconds, signal },
    );
    return seen === true;
}
