import { RunError } from "@pulumi/pulumi";
import type { RegionClusterAccess } from "../components/cluster/regionClusterAccess";
import type { JoinEntry, NatsPart, Parts } from "../infra/parts";
import { rangesOverlap } from "../infra/settings/schema";
import type { PhaseBuilder, StackContext } from "../infra/stack";

/**
 * Phase 10, the baseline (seed 000): the single region as it is, adopted or created. The standby holds its provider and
 * its outputs, so that the road between the stacks exists before anything depends on it.
 */
export const baseline: PhaseBuilder = {
    phase: 10,

    async primary(stack) {
        const dr = await stack.peer("dr");
        refuseOverlap(stack.region.vpcCidr, dr.value("vpcCidr"));

        const { buildNamespaces, buildRegionCluster } = await import("./parts/regionCluster");
        const { network, cluster, nodeFloor } = await buildRegionCluster(stack);
        const namespaces = await buildNamespaces(stack, cluster);
        // From phase 13 on the servers run with gateways, and what they announce has to be there first.
        const joinEntry =
            stack.phase < 13
                ? undefined
                : await (
                      await import("./standby/primaryEntry")
                  ).buildPrimaryEntry(stack, { network, cluster, namespaces });
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
function refuseOverlap(own: string, standby: string): void {
    if (!rangesOverlap(own, standby)) return;
    throw new RunError(
        `the VPC range ${own} of stack primary overlaps ${standby} of stack dr, and the two get peered.\n` +
            "  to do: pulumi config set --stack primary vpcCidr <a range disjoint from it>",
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
    const { NatsSuperCluster } = await import("../components/nats/natsSuperCluster");
    const { NatsStreams } = await import("../components/nats/natsStreams");
    const { originStream } = await import("../components/nats/natsStreamConfig");
    const inCluster = { providers: [cluster.provider] };

    const nats = new NatsSuperCluster(
        "nats",
        {
            profile,
            role: "primary",
            namespace: namespaces.nats,
            storageClass: cluster.storageClass,
            storageSize: `${settings.nats.volumeGib}Gi`,
            podMonitor: settings.prometheusOperator,
            podMonitorLabels: settings.standby.prometheus.ruleLabels,
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
