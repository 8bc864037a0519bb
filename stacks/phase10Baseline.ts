import type { PhaseDefinition } from "../infra/roadmap";

/**
 * Phase 10, the baseline (seed 000): the single region as it is, adopted or created. The standby holds its provider and
 * its outputs, so that the road between the stacks exists before anything depends on it.
 *
 * It leaves open what NATS's servers wait for before they run with gateways (`joinEntry`).
 */
export const baseline: PhaseDefinition = {
    id: 10,
    title: "baseline",
    order: ["dr", "primary"],
    reads: { primary: ["dr"] },
    outputs: { primary: ["clusterName", "clusterEndpoint", "vpcId", "standbyRegion", "nodeFloor"] },
    clusterNeeds: () => ({
        // The oldest version in standard support when the program's add-ons were pinned (October 2026).
        oldestVersion: "1.34",
        addOns: { "aws-ebs-csi-driver": "volumes of the NATS servers" },
    }),
};
