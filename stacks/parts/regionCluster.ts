import { RunError } from "@pulumi/pulumi";
import { clusterDefaults } from "../../components/cluster/regionClusterRules";
import type { RegionClusterAccess } from "../../components/cluster/regionClusterAccess";
import type { RegionNetwork } from "../../components/network/regionNetwork";
import { clusterAddOns } from "../../components/model/versions";
import type { NodeFloor } from "../../infra/outputs";
import type { Parts } from "../../infra/parts";
import { phasesUpTo, type PhaseDefinition } from "../../infra/roadmap";
import { settingKey } from "../../infra/settingKey";
import type { AdoptedClusterSettings, CreatedClusterSettings } from "../../infra/settings/cluster";
import type { StackContext } from "../../infra/stack";

export interface BuiltCluster {
    readonly network?: RegionNetwork;
    readonly cluster: RegionClusterAccess;
    /** What it runs on; undefined for an adopted one, whose nodes are somebody else's. */
    readonly nodeFloor?: NodeFloor;
}

/**
 * The cluster of a stack's region and the network it is in, as the settings say: made, or adopted as it is. Where the settings name
 * neither number nor types of the nodes, they are those of `like`.
 */
export async function buildRegionCluster(
    stack: StackContext,
    like: NodeFloor = clusterDefaults,
): Promise<BuiltCluster> {
    const { cluster } = stack.settings;
    if (cluster.mode === "adopt") return { cluster: await adoptCluster(stack, cluster) };
    const nodeFloor = {
        nodes: cluster.nodes ?? like.nodes,
        instanceTypes: cluster.instanceTypes ?? like.instanceTypes,
    };
    return { ...(await createCluster(stack, cluster, nodeFloor)), nodeFloor };
}

/** Made in a cluster of ours; an adopted one has them already. */
export async function buildNamespaces(
    stack: StackContext,
    cluster: RegionClusterAccess,
): Promise<NonNullable<Parts["namespaces"]>> {
    const { namespaces } = stack.profile;
    if (stack.settings.cluster.mode === "adopt") return namespaces;
    const { Namespaces } = await import("../../components/cluster/namespaces");
    const labels = { "app.kubernetes.io/part-of": stack.profile.name };
    return new Namespaces("namespaces", { names: namespaces, labels }, { providers: [cluster.provider] }).names;
}

async function createCluster(stack: StackContext, settings: CreatedClusterSettings, nodeFloor: NodeFloor) {
    const { RegionNetwork } = await import("../../components/network/regionNetwork");
    const { RegionCluster } = await import("../../components/cluster/regionCluster");
    const { nat, flowLogs } = stack.settings.network;
    const inRegion = { providers: [stack.aws] };
    const network = new RegionNetwork(
        "network",
        { networkName: stack.names.vpc, region: stack.region.name, cidr: stack.region.vpcCidr, nat, flowLogs },
        inRegion,
    );
    const cluster = new RegionCluster(
        "cluster",
        {
            clusterName: settings.name ?? stack.names.cluster,
            region: stack.region.name,
            version: settings.version,
            vpcId: network.vpcId,
            privateSubnetIds: network.privateSubnetIds,
            ...nodeFloor,
            adminArns: settings.adminRoleArns,
            publicAccessCidrs: settings.publicAccessCidrs,
            deletionProtection: settings.deletionProtection,
            tags: stack.tags,
        },
        { ...inRegion, dependsOn: network.ready },
    );
    return { network, cluster };
}

async function adoptCluster(stack: StackContext, settings: AdoptedClusterSettings) {
    const { AdoptedCluster } = await import("../../components/cluster/adoptedCluster");
    await checkCluster(stack, settings);
    return new AdoptedCluster(
        "cluster",
        { clusterName: settings.name, region: stack.region.name, storageClass: settings.storageClass },
        { providers: [stack.aws] },
    );
}

/** Fails with everything the cluster lacks for the stack's phase; what it lacks for later ones is a warning. */
async function checkCluster(stack: StackContext, { name, installedOtherwise }: AdoptedClusterSettings): Promise<void> {
    const { clusterPreflight, readClusterFacts } = await import("../../components/cluster/clusterPreflight");
    const { log } = await import("@pulumi/pulumi");
    const facts = await readClusterFacts(name, clusterAddOns, { provider: stack.aws });
    if (!facts) {
        throw new RunError(
            `there is no cluster ${name} in ${stack.region.name}, in the account of these credentials.\n` +
                `  allowed: what "aws eks list-clusters --region ${stack.region.name}" shows\n` +
                `  to do: pulumi config set --stack ${stack.name} --path ${settingKey("cluster.name")} <name>, or cluster.mode create`,
        );
    }
    const now = phasesUpTo(stack.roadmap, stack.phase);
    const lacks = ({ id, clusterNeeds }: PhaseDefinition) =>
        clusterPreflight(name, facts, clusterNeeds?.(stack.region.vpcCidr) ?? {}, installedOtherwise).map(
            (line) => `phase ${id}: ${line}`,
        );

    const missing = now.flatMap(lacks);
    if (missing.length > 0)
        throw new RunError(`cluster ${name} cannot be adopted yet; it lacks\n  - ${missing.join("\n  - ")}`);
    const later = stack.roadmap.filter((phase) => !now.includes(phase)).flatMap(lacks);
    if (later.length > 0) await log.warn(`cluster ${name} lacks what later phases need:\n  - ${later.join("\n  - ")}`);
}
