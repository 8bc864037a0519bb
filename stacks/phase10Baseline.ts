import { RunError } from "@pulumi/pulumi";
import { rangesOverlap } from "../infra/settings/schema";
import type { PhaseBuilder, StackContext } from "../infra/stack";
import type { RegionClusterAccess } from "../components/regionClusterAccess";
import { buildRegionCluster } from "./regionCluster";

/**
 * Phase 10, the baseline (seed 000): the single region as it is, adopted or created. The standby holds its provider and
 * its outputs, so that the road between the stacks exists before anything depends on it.
 */
export const baseline: PhaseBuilder = {
    phase: 10,

    async primary(stack) {
        const dr = await stack.peer("dr");
        refuseOverlap(stack.region.vpcCidr, dr.value("vpcCidr"));

        const { network, cluster } = await buildRegionCluster(stack);
        const namespaces = await buildNamespaces(stack, cluster);
        return {
            parts: { network, cluster, namespaces },
            outputs: {
                clusterName: cluster.clusterName,
                clusterEndpoint: cluster.endpoint,
                vpcId: cluster.vpcId,
                standbyRegion: dr.require("region"),
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

/** Made in a cluster of ours; an adopted one has them already. */
async function buildNamespaces(stack: StackContext, cluster: RegionClusterAccess) {
    const { namespaces } = stack.profile;
    if (stack.settings.cluster.mode === "adopt") return namespaces;
    const { Namespaces } = await import("../components/namespaces");
    const labels = { "app.kubernetes.io/part-of": stack.profile.name };
    return new Namespaces("namespaces", { names: namespaces, labels }, { providers: [cluster.provider] }).names;
}
