import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { isAtLeast } from "../model/kubernetesVersions";

/** What is known of a cluster that is to be adopted. */
export interface ClusterFacts {
    /** Kubernetes version: "1.35". */
    readonly version: string;
    /** Versions of the add-ons that EKS manages, by name. */
    readonly addOns: Readonly<Record<string, string>>;
    /** Ranges of the cluster's VPC. */
    readonly vpcCidrs: readonly string[];
}

/** What a step of the roadmap expects of a cluster. */
export interface ClusterNeeds {
    readonly oldestVersion?: string;
    /** Add-ons, each with what needs it. */
    readonly addOns?: Readonly<Record<string, string>>;
    /** The range that the other regions are told of, and route to. */
    readonly vpcCidr?: string;
}

/** What a cluster lacks, a line each with the way to get it; empty if it lacks nothing. */
export function clusterPreflight(
    clusterName: string,
    facts: ClusterFacts,
    needs: ClusterNeeds,
    installedOtherwise: readonly string[] = [],
): string[] {
    const missing: string[] = [];
    if (needs.oldestVersion && !isAtLeast(facts.version, needs.oldestVersion)) {
        missing.push(
            `Kubernetes ${needs.oldestVersion} or newer; found ${facts.version}: aws eks update-cluster-version --name ${clusterName}`,
        );
    }
    for (const [addOn, reason] of Object.entries(needs.addOns ?? {})) {
        if (addOn in facts.addOns || installedOtherwise.includes(addOn)) continue;
        missing.push(
            `add-on ${addOn} (${reason}): aws eks create-addon --cluster-name ${clusterName} --addon-name ${addOn}, or name it in cluster.installedOtherwise`,
        );
    }
    if (needs.vpcCidr !== undefined && !facts.vpcCidrs.includes(needs.vpcCidr)) {
        missing.push(
            `the range ${needs.vpcCidr}, which the other regions route to; its VPC has ${facts.vpcCidrs.join(", ")}: set network.vpcCidr to the one that the nodes are in`,
        );
    }
    return missing;
}

/**
 * Looks at a cluster through the AWS API. Custom resources are not visible there. Undefined if there is no such cluster.
 */
export async function readClusterFacts(
    clusterName: string,
    addOns: readonly string[],
    opts: pulumi.InvokeOptions,
): Promise<ClusterFacts | undefined> {
    const cluster = await findCluster();
    if (!cluster) return undefined;
    const found: Record<string, string> = {};
    for (const addOn of addOns) {
        try {
            found[addOn] = (await aws.eks.getAddon({ clusterName, addonName: addOn }, opts)).addonVersion;
        } catch (error) {
            if (!isNotFound(error)) throw error;
        }
    }
    const vpc = await aws.ec2.getVpc({ id: cluster.vpcConfig.vpcId }, opts);
    return {
        version: cluster.version,
        addOns: found,
        vpcCidrs: vpc.cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock),
    };

    async function findCluster() {
        try {
            return await aws.eks.getCluster({ name: clusterName }, opts);
        } catch (error) {
            if (isNotFound(error)) return undefined;
            throw error;
        }
    }
}

/** How the AWS provider says that there is no such cluster or add-on. */
export function isNotFound(error: unknown): boolean {
    return /ResourceNotFoundException|couldn't find resource|empty result|no matching/i.test(String(error));
}
