import { parseCidr } from "../model/cidr";
import type { KubernetesVersion } from "../model/kubernetesVersions";
import { physicalName } from "../model/nameLimits";
import { addOns } from "../model/versions";

/** The plain settings of a cluster that is made here. */
export interface RegionClusterPlan {
    /** EKS's name of the cluster, and prefix of the roles and keys around it: "shop-primary". At most 100 characters. */
    readonly clusterName: string;
    /** @default the program's pinned default */
    readonly version?: KubernetesVersion;
    /**
     * Instance types of the nodes, best first, all of one architecture. More than one, because a region under stress runs
     * out of single types. @default t3.medium (seed 001), then t3a.medium
     */
    readonly instanceTypes?: readonly string[];
    /** Number of nodes, 3 or more: the three NATS servers keep apart. @default 3 (seed 001) */
    readonly nodes?: number;
    /** Root volume of a node in GiB; holds images and logs. @default 30 */
    readonly nodeVolumeGib?: number;
    /** IAM roles and users that administer the cluster, besides whoever creates it. @default none */
    readonly adminArns?: readonly string[];
    /** Who may reach the API server from outside the VPC. @default nobody: its public endpoint is off */
    readonly publicAccessCidrs?: readonly string[];
    /** Whether AWS refuses to delete the cluster until this is turned off. @default true */
    readonly deletionProtection?: boolean;
}

export const clusterDefaults = {
    instanceTypes: ["t3.medium", "t3a.medium"],
    nodes: 3,
    nodeVolumeGib: 30,
} as const;

/** What is wrong with the plan of a cluster, all at once; empty if nothing is. */
export function validateRegionCluster(plan: RegionClusterPlan): string[] {
    const issues: string[] = [];
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(plan.clusterName)) {
        issues.push(
            `clusterName: "${plan.clusterName}" found; allowed are up to 100 letters, digits, hyphens and underscores`,
        );
    }
    if (plan.version !== undefined && !(plan.version in addOns)) {
        issues.push(
            `version: "${plan.version}" found; allowed are ${Object.keys(addOns).join(", ")}, whose add-ons are pinned`,
        );
    }
    const types = plan.instanceTypes ?? clusterDefaults.instanceTypes;
    if (types.length === 0) issues.push("instanceTypes: empty; name one or more, such as t3.medium");
    const arm = types.filter(isArm);
    if (arm.length > 0 && arm.length < types.length) {
        issues.push(
            `instanceTypes: ${types.join(", ")} found; allowed are types of one architecture, and ${arm.join(", ")} are ARM`,
        );
    }
    const nodes = plan.nodes ?? clusterDefaults.nodes;
    if (!Number.isInteger(nodes) || nodes < 3)
        issues.push(`nodes: ${nodes} found; allowed are whole numbers from 3, one a NATS server`);
    const volume = plan.nodeVolumeGib ?? clusterDefaults.nodeVolumeGib;
    if (!Number.isInteger(volume) || volume < 20)
        issues.push(`nodeVolumeGib: ${volume} found; allowed are whole numbers from 20, the image's own size`);
    for (const cidr of plan.publicAccessCidrs ?? []) {
        if ((parseCidr(cidr)?.prefix ?? 0) === 0) {
            issues.push(
                `publicAccessCidrs: "${cidr}" found; allowed are ranges such as 203.0.113.0/24, and never the whole internet`,
            );
        }
    }
    return issues;
}

/** Whether an instance type has an ARM processor: the letter g after the generation, as in t4g.medium. */
export function isArm(instanceType: string): boolean {
    return /^[a-z]+\d+g/.test(instanceType);
}

/** The nodes' image for an architecture, Amazon Linux 2023. */
export function nodeImage(instanceTypes: readonly string[]): "AL2023_ARM_64_STANDARD" | "AL2023_x86_64_STANDARD" {
    return instanceTypes.every(isArm) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD";
}

/**
 * Name of the node group. EKS can only replace a group to change its types, and makes the new one before the old one goes:
 * so the name says which types it has, and two lists of types never give one name.
 */
export function nodeGroupName(clusterName: string, instanceTypes: readonly string[]): string {
    return physicalName("node group", [clusterName, ...instanceTypes.map((type) => type.replace(".", "-"))]);
}
