import type { ClusterNeeds } from "../../components/cluster/clusterPreflight";
import type { Phase } from "../../infra/phase";

/** What each phase expects of a cluster that was not made here, in a VPC of the stack's range. A created cluster has all of it. */
export const clusterNeeds = (vpcCidr: string): Record<Phase, ClusterNeeds> => ({
    10: {
        // The oldest version in standard support when the program's add-ons were pinned (October 2026).
        oldestVersion: "1.34",
        addOns: { "aws-ebs-csi-driver": "volumes of the NATS servers" },
    },
    11: {
        addOns: { "eks-pod-identity-agent": "credentials of the backup jobs" },
    },
    12: {},
    13: { vpcCidr },
    14: {},
});
