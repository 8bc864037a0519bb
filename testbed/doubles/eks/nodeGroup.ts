import { unknown, type Properties } from "../wire/values";
import { given, reference, type Component } from "./component";

/** Options of eks.ManagedNodeGroup that need a launch template of its own or a placement group. */
const notModelled = [
    "amiId",
    "bootstrapExtraArgs",
    "bottlerocketSettings",
    "enableEfaSupport",
    "enableIMDSv2",
    "gpu",
    "kubeletExtraArgs",
    "nodeadmExtraOptions",
    "operatingSystem",
    "placementGroupAvailabilityZone",
    "userData",
];

/** The core data of a cluster that is given as the component or as its `core`. */
async function coreOf(component: Component, value: Properties): Promise<Properties> {
    const given = (await component.resolve(value)) ?? {};
    return given.core ?? given;
}

/** What `eks.ManagedNodeGroup` registers (pulumi-eks 4.3, nodegroup.ts): one node group. */
export async function buildManagedNodeGroup(component: Component, name: string, args: Properties): Promise<Properties> {
    const used = notModelled.filter((option) => args[option] !== undefined && args[option] !== false);
    if (used.length > 0) {
        throw new Error(
            `eks:index:ManagedNodeGroup: not modelled: ${used.join(", ")} (testbed/doubles/eks/nodeGroup.ts)`,
        );
    }
    const { cluster: clusterInput, nodeRole, ignoreScalingChanges, scalingConfig, ...rest } = args;
    const core = await coreOf(component, clusterInput);
    const cluster = (await component.resolve(core.cluster)) ?? {};
    const nodeRoleArn = args.nodeRoleArn ?? (await component.resolve(nodeRole))?.arn;
    if (nodeRoleArn === undefined) {
        throw new Error(`eks:index:ManagedNodeGroup ${name}: a nodeRole or nodeRoleArn is needed`);
    }
    const group = await component.child(
        "aws:eks/nodeGroup:NodeGroup",
        name,
        given({
            ...rest,
            version: args.version ?? (args.launchTemplate === undefined ? (cluster.version ?? unknown) : undefined),
            clusterName: args.clusterName ?? cluster.name ?? unknown,
            nodeRoleArn,
            scalingConfig: {
                desiredSize: scalingConfig?.desiredSize ?? 2,
                minSize: scalingConfig?.minSize ?? 1,
                maxSize: scalingConfig?.maxSize ?? 2,
            },
            subnetIds: args.subnetIds ?? core.subnetIds ?? core.privateSubnetIds ?? core.publicSubnetIds ?? [],
        }),
        {
            dependsOn: core.cluster?.urn === undefined ? [] : [core.cluster.urn],
            ignoreChanges: ignoreScalingChanges === true ? ["scalingConfig.desiredSize"] : [],
        },
    );
    return { nodeGroup: reference(group), placementGroupName: "" };
}
