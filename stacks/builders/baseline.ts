import { RunError } from "@pulumi/pulumi";
import type { RegionClusterAccess } from "../../components/cluster/regionClusterAccess";
import type { JoinEntry, NatsPart, Parts } from "../../infra/parts";
import { settingKey } from "../../infra/settingKey";
import { rangesOverlap } from "../../infra/settings/schema";
import type { PhaseBuilder, StackContext } from "../../infra/stack";

/** What the baseline builds: phase10Baseline.ts says what it is for. */
export const baselineBuilder: PhaseBuilder = {
    async primary(stack) {
        const dr = await stack.peer("dr");
        refuseOverlap(stack, dr.value("vpcCidr"));

        const { buildNamespaces, buildRegionCluster } = await import("../parts/regionCluster");
        const { network, cluster, nodeFloor } = await buildRegionCluster(stack);
        const namespaces = await buildNamespaces(stack, cluster);
        // Once the servers run with gateways, what they announce has to be there first.
        const joinEntry = await stack.openings.joinEntry?.(stack, { network, cluster, namespaces });
        const nats = await buildNats(stack, cluster, namespaces, joinEntry);
        return {
            parts: { network, cluster, namespaces, nats, ...(joinEntry && { joinEntry }) },
            outputs: {
                clusterName: cluster.clusterName,
                clusterEndpoint: cluster.endpoint,
                vpcId: cluster.vpcId,
                standbyRegion: dr.require("region"),
                ...(nodeFloor && { nodeFloor }),
            },
        };
    },

    dr: () => ({}),
};

/** The settings know the other regions' ranges in the profile; what the standby really has is known to its stack only. */
function refuseOverlap({ region, name, peers }: StackContext, standby: string): void {
    const own = region.vpcCidr;
    if (!rangesOverlap(own, standby)) return;
    throw new RunError(
        `the VPC range ${own} of stack ${name} overlaps ${standby} of stack ${peers.dr}, and the two get peered.\n` +
            `  to do: pulumi config set --stack ${name} --path ${settingKey("network.vpcCidr")} <a range disjoint from it>`,
    );
}

/** The origin of every stream: three servers by the official chart. The user's own NATS is left alone. */
async function buildNats(
    { profile, settings }: StackContext,
    cluster: RegionClusterAccess,
    namespaces: NonNullable<Parts["namespaces"]>,
    joinEntry: JoinEntry | undefined,
): Promise<NatsPart | undefined> {
    if (settings.nats.owner === "user") return undefined;
    const { NatsSuperCluster } = await import("../../components/nats/natsSuperCluster");
    const { NatsStreams } = await import("../../components/nats/natsStreams");
    const { originStream } = await import("../../components/nats/natsStreamConfig");
    const inCluster = { providers: [cluster.provider] };

    const nats = new NatsSuperCluster(
        "nats",
        {
            profile,
            role: "primary",
            namespace: namespaces.nats,
            storageClass: cluster.storageClass,
            storageSize: `${settings.nats.volumeGib}Gi`,
            podMonitor: settings.alerts.prometheus.operator,
            podMonitorLabels: settings.alerts.prometheus.ruleLabels,
            ...(joinEntry && { gateway: { tlsSecret: joinEntry.tlsSecret } }),
        },
        { ...inCluster, dependsOn: [...cluster.ready, ...(joinEntry?.ready ?? [])] },
    );
    const streams = new NatsStreams(
        "nats-streams",
        {
            namespace: namespaces.nats,
            jobName: "nats-streams",
            streams: profile.streams.map((stream) => originStream(profile, stream)),
            url: nats.url,
            authSecret: nats.authSecret,
        },
        { ...inCluster, dependsOn: [nats.release] },
    );
    return {
        url: nats.url,
        authSecret: nats.authSecret,
        passwords: nats.passwords,
        release: nats.release,
        ready: [streams.job],
    };
}
