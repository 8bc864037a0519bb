import type { NatsConf } from "../../components/nats/natsConf";
import { witnessConfOf } from "../../components/witness/natsWitnessConfig";
import { known } from "./support";

/** A member of the NATS super-cluster, as its own stack declares it: a chart's release, or the witness's boot script. */
export interface NatsServers {
    readonly clusterName: string;
    /** Servers of this member. */
    readonly servers: number;
    /** Prefix of the servers' names, or the whole name of a single one; undefined where they are called as their pods. */
    readonly serverNames: string | undefined;
    readonly jetStream: boolean;
    /** "always", or how long an acknowledged message may be in memory only; undefined is the server's default. */
    readonly syncInterval: string | undefined;
    /** Name on the gateways and all members by name, with the number of their servers; undefined in a single region. */
    readonly gateway: { readonly name: string | undefined; readonly members: readonly Member[] } | undefined;
}

export interface Member {
    readonly name: string;
    readonly servers: number;
}

/** The server's own interval between two syncs of its files. */
export const defaultSyncInterval = "2m";

/** Reads a member from a resource; undefined for anything else, and for a boot script that a preview does not know yet. */
export function natsServers(type: string, props: Record<string, any>): NatsServers | undefined {
    if (type === "kubernetes:helm.sh/v3:Release" && isNatsChart(String(props.chart)))
        return fromValues(props.values ?? {}, props.name ?? "nats");
    if (type !== "aws:ec2/instance:Instance") return undefined;
    const script = known(() => props.userData as unknown)?.value;
    if (typeof script !== "string" || !script.includes("END_OF_NATS_CONF")) return undefined;
    return fromConf(witnessConfOf(script));
}

function isNatsChart(chart: string): boolean {
    return /(^|\/)nats$/.test(chart);
}

/** The chart calls the cluster, and its gateway, as the release unless it is told otherwise. */
function fromValues({ config = {} }: Record<string, any>, release: string): NatsServers {
    const { cluster = {}, gateway = {}, jetstream = {} } = config;
    return {
        clusterName: cluster.merge?.name ?? release,
        servers: cluster.enabled === true ? (cluster.replicas ?? 3) : 1,
        serverNames: config.serverNamePrefix || undefined,
        jetStream: jetstream.enabled === true,
        syncInterval: jetstream.merge?.sync_interval,
        gateway:
            gateway.enabled === true
                ? { name: gateway.merge?.name ?? release, members: membersOf(gateway.merge) }
                : undefined,
    };
}

function fromConf(conf: NatsConf): NatsServers {
    return {
        clusterName: conf.cluster?.name ?? conf.server_name,
        servers: 1,
        serverNames: conf.server_name,
        jetStream: conf.jetstream !== undefined && conf.jetstream !== false,
        syncInterval: conf.jetstream?.sync_interval,
        gateway: conf.gateway && { name: conf.gateway.name, members: membersOf(conf.gateway) },
    };
}

/** An address a server, so that as many addresses are as many voters. */
function membersOf(gateway: Record<string, any> | undefined): Member[] {
    return (gateway?.gateways ?? []).map((member: Record<string, any>) => ({
        name: String(member.name),
        servers: (member.urls ?? []).length,
    }));
}
