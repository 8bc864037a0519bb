import type { StreamInfo } from "@nats-io/jetstream";
import { natsGateJobs } from "../../../components/nats/natsGate";
import type { GatewayCa } from "../../../operate/gatewayCa";
import type { JobOutcome } from "../../../testbed/nats/runJob";
import { waitFor } from "../../../testbed/nats/waitFor";
import type { DrillRun } from "../drillRun";
import { Traffic } from "../load/traffic";
import { eventSeconds, SuperCluster } from "./superCluster";

/** What was seen while witness and standby joined the primary. */
export interface Joined {
    /** How the deployed gates ended, in order; undefined for one that is not deployed. */
    readonly gates: readonly (Pick<JobOutcome, "exitCode" | "output"> | undefined)[];
    /** Names of the streams after the join, sorted. */
    readonly streams: readonly string[];
    readonly mirrorsJob: Pick<JobOutcome, "exitCode" | "output">;
    /** Whether every mirror caught up with its origin, under the load that there is. */
    readonly mirrorsFollow: boolean;
}

/** All regions, joined; no clients. */
export interface Regions {
    readonly cluster: SuperCluster;
    readonly joined: Joined;
}

/** Whose certificates the gateways show. @default one of its own */
type Options = { readonly ca?: GatewayCa };

/**
 * The warm standby as it is deployed, joined in the deployed order: primary, its gateways, witness, standby, mirrors. Ready when the
 * mirrors follow and the meta leader is in the primary.
 */
export async function superCluster(run: DrillRun, { ca }: Options = {}): Promise<Regions> {
    const cluster = new SuperCluster(run, ca);
    await run.at("primary", "takes writes", () => cluster.startPrimary(), "good");
    return { cluster, joined: await join(run, cluster) };
}

/** The same with a publisher and a consumer for each stream, which work while the regions join. */
export async function superClusterUnderLoad(
    run: DrillRun,
    perSecond: number,
    { ca }: Options = {},
): Promise<Regions & { readonly traffic: Traffic }> {
    const cluster = new SuperCluster(run, ca);
    await run.at("primary", "takes writes", () => cluster.startPrimary(), "good");
    const traffic = await Traffic.start(run, cluster, perSecond);
    return { cluster, traffic, joined: await join(run, cluster) };
}

async function join(run: DrillRun, cluster: SuperCluster): Promise<Joined> {
    const gates: Joined["gates"][number][] = [];
    // The deployed order: nothing of the primary's NATS is changed before its streams were looked at.
    if (run.deployments.witness) gates.push(await cluster.runGate("primary", natsGateJobs.streams));
    await run.at("primary", "gets its gateways", () => cluster.joinPrimary());
    if (run.deployments.witness) {
        await run.at("witness", "joins", () => cluster.joinWitness());
        gates.push(await cluster.runGate("primary", natsGateJobs.witness));
    }
    await run.at("standby", "joins", () => cluster.joinStandby());
    run.simulated(
        `regions: ${cluster.servers.changedKeys.join(", ")} differ, because all servers share one machine's loopback`,
    );
    if (run.deployments.witness) gates.push(await cluster.runGate("dr", natsGateJobs.standby));
    const streams = (await listed(run, cluster, run.profile.streams.length)).map(({ config }) => config.name).sort();
    const mirrorsJob = await cluster.runDeployedJob("dr", "nats-mirrors");
    await cluster.startFailbackLease();
    await cluster.leadFromPrimary();
    const mirrorsFollow = await run
        .at("standby", "mirrors follow", () => cluster.mirrorsFollow(), "good")
        .then(
            () => true,
            (error: unknown) => {
                if (run.signal.aborted) throw error;
                return false;
            },
        );
    return { gates, streams, mirrorsJob, mirrorsFollow };
}

/** Every stream, once there are as many as wanted; otherwise those of the last answer, which may lack one whose leader is being elected. */
export async function listed(
    { signal }: Pick<DrillRun, "signal">,
    cluster: SuperCluster,
    wanted: number,
): Promise<StreamInfo[]> {
    const manager = await cluster.manager(cluster.primary);
    let found: StreamInfo[] | undefined;
    const look = async () => ((found = await manager.streams.list().next()).length === wanted ? found : undefined);
    return waitFor(`${wanted} streams`, look, { seconds: eventSeconds, everyMs: 250, signal }).catch(
        (error: unknown) => {
            signal.throwIfAborted();
            if (!found) throw error;
            return found;
        },
    );
}
