import type { InvokeContext, InvokeTable, ModelContext, ResourceTable } from "../model/resourceModel";
import type { Properties } from "../wire/values";

/** The version a cluster gets when none is asked for. */
const defaultVersion = "1.35";

const clusterName = { type: "aws:eks/cluster:Cluster", missing: "ResourceNotFoundException", holds: true } as const;
const roleArn = { type: "aws:iam/role:Role", missing: "InvalidParameterException" } as const;
const subnet = { type: "aws:ec2/subnet:Subnet", missing: "InvalidSubnetID.NotFound", holds: true } as const;

function clusterOutputs(inputs: Properties, { id, arn, hash, region }: ModelContext): Properties {
    const issuer = `https://oidc.eks.${region}.amazonaws.com/id/${hash(32, "oidc").toUpperCase()}`;
    return {
        name: id,
        arn: arn("eks", `cluster/${id}`),
        endpoint: `https://${hash(32, "endpoint").toUpperCase()}.gr7.${region}.eks.amazonaws.com`,
        certificateAuthority: { data: Buffer.from(`certificate authority of ${id} in ${region}`).toString("base64") },
        identities: [{ oidcs: [{ issuer }] }],
        version: inputs.version ?? defaultVersion,
        platformVersion: "eks.1",
        status: "ACTIVE",
        createdAt: "2026-01-01T00:00:00Z",
        accessConfig: {
            authenticationMode: "CONFIG_MAP",
            bootstrapClusterCreatorAdminPermissions: true,
            ...inputs.accessConfig,
        },
        kubernetesNetworkConfig: {
            ipFamily: "ipv4",
            serviceIpv4Cidr: "172.20.0.0/16",
            serviceIpv6Cidr: "",
            ...inputs.kubernetesNetworkConfig,
        },
        upgradePolicy: { supportType: "EXTENDED", ...inputs.upgradePolicy },
        vpcConfig: {
            endpointPrivateAccess: false,
            endpointPublicAccess: true,
            publicAccessCidrs: ["0.0.0.0/0"],
            ...inputs.vpcConfig,
            clusterSecurityGroupId: `sg-${hash(17, "security group")}`,
            vpcId: `vpc-${hash(17, "vpc")}`,
        },
    };
}

/** Amazon EKS. What runs in a cluster is the Kubernetes double's. */
export const eks: ResourceTable = {
    "aws:eks/cluster:Cluster": {
        autoname: "name",
        maxName: 100,
        unique: (inputs) => inputs.name,
        conflict: "ResourceInUseException",
        id: (inputs) => inputs.name,
        defaults: { bootstrapSelfManagedAddons: true },
        replaceOn: [
            "name",
            "roleArn",
            "bootstrapSelfManagedAddons",
            "encryptionConfig",
            "kubernetesNetworkConfig.ipFamily",
            "kubernetesNetworkConfig.serviceIpv4Cidr",
            "accessConfig.bootstrapClusterCreatorAdminPermissions",
        ],
        references: { roleArn },
        refuse: (inputs, { find }) =>
            [inputs.vpcConfig?.subnetIds ?? []]
                .flat()
                .filter((id: string) => find("aws:ec2/subnet:Subnet", id) === undefined)
                .map((id: string) => `InvalidParameterException: subnet "${id}" does not exist here`),
        refuseDelete: (cluster) =>
            cluster.inputs.deletionProtection === true
                ? [`InvalidRequestException: deletion protection of cluster "${cluster.id}" is on`]
                : [],
        deleteWith: (cluster, cloud) => cloud.objects().filter(({ scope }) => scope === cluster.properties.arn),
        outputs: (inputs, context) => {
            const outputs = clusterOutputs(inputs, context);
            const firstSubnet = context.find("aws:ec2/subnet:Subnet", inputs.vpcConfig?.subnetIds?.[0]);
            return firstSubnet === undefined
                ? outputs
                : { ...outputs, vpcConfig: { ...outputs.vpcConfig, vpcId: firstSubnet.inputs.vpcId } };
        },
    },
    "aws:eks/nodeGroup:NodeGroup": {
        autoname: "nodeGroupName",
        maxName: 63,
        unique: (inputs) => `${inputs.clusterName}:${inputs.nodeGroupName}`,
        conflict: "ResourceInUseException",
        id: (inputs, { random }) =>
            `${inputs.clusterName}:${inputs.nodeGroupName ?? `${inputs.nodeGroupNamePrefix}${random(26)}`}`,
        replaceOn: [
            "clusterName",
            "nodeGroupName",
            "nodeGroupNamePrefix",
            "nodeRoleArn",
            "subnetIds",
            "instanceTypes",
            "amiType",
            "capacityType",
            "diskSize",
            "remoteAccess",
        ],
        references: { clusterName, nodeRoleArn: { ...roleArn, holds: true }, subnetIds: subnet },
        refuse: ({ scalingConfig: { minSize, desiredSize, maxSize } }) =>
            minSize <= desiredSize && desiredSize <= maxSize && maxSize >= 1
                ? []
                : [
                      `InvalidParameterException: scalingConfig needs minSize ≤ desiredSize ≤ maxSize, found ${minSize}, ${desiredSize}, ${maxSize}`,
                  ],
        outputs: (inputs, { id, arn, hash, find }) => {
            const nodeGroupName = id.split(":").at(-1)!;
            return {
                nodeGroupName,
                arn: arn("eks", `nodegroup/${inputs.clusterName}/${nodeGroupName}/${hash(8)}`),
                status: "ACTIVE",
                amiType: inputs.amiType ?? "AL2023_x86_64_STANDARD",
                capacityType: inputs.capacityType ?? "ON_DEMAND",
                diskSize: inputs.diskSize ?? (inputs.launchTemplate === undefined ? 20 : 0),
                instanceTypes: inputs.instanceTypes ?? (inputs.launchTemplate === undefined ? ["t3.medium"] : []),
                version: inputs.version ?? find("aws:eks/cluster:Cluster", inputs.clusterName)?.properties.version,
                releaseVersion: inputs.releaseVersion ?? "1.0.0",
                updateConfig: inputs.updateConfig ?? { maxUnavailable: 1 },
                resources: [
                    {
                        autoscalingGroups: [{ name: `eks-${nodeGroupName}-${hash(8)}` }],
                        remoteAccessSecurityGroupId: "",
                    },
                ],
            };
        },
    },
    "aws:eks/addon:Addon": {
        unique: (inputs) => `${inputs.clusterName}:${inputs.addonName}`,
        conflict: "ResourceInUseException",
        id: (inputs) => `${inputs.clusterName}:${inputs.addonName}`,
        replaceOn: ["clusterName", "addonName"],
        references: { clusterName, serviceAccountRoleArn: roleArn },
        refuse: (inputs) => {
            try {
                JSON.parse(inputs.configurationValues ?? "{}");
                return [];
            } catch {
                return [`InvalidParameterException: configurationValues of add-on ${inputs.addonName} is not JSON`];
            }
        },
        outputs: (inputs, { arn, hash }) => ({
            arn: arn("eks", `addon/${inputs.clusterName}/${inputs.addonName}/${hash(8)}`),
            addonVersion: inputs.addonVersion ?? "v1.0.0-eksbuild.1",
            configurationValues: inputs.configurationValues ?? "",
            createdAt: "2026-01-01T00:00:00Z",
            modifiedAt: "2026-01-01T00:00:00Z",
        }),
    },
    "aws:eks/accessEntry:AccessEntry": {
        unique: (inputs) => `${inputs.clusterName}:${inputs.principalArn}`,
        conflict: "ResourceInUseException",
        id: (inputs) => `${inputs.clusterName}:${inputs.principalArn}`,
        replaceOn: ["clusterName", "principalArn", "type"],
        references: { clusterName },
        outputs: (inputs, { arn, hash }) => ({
            accessEntryArn: arn("eks", `access-entry/${inputs.clusterName}/${hash(12)}`),
            type: inputs.type ?? "STANDARD",
            userName: inputs.userName ?? inputs.principalArn,
            kubernetesGroups: inputs.kubernetesGroups ?? [],
            createdAt: "2026-01-01T00:00:00Z",
            modifiedAt: "2026-01-01T00:00:00Z",
        }),
    },
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
        unique: (inputs) => `${inputs.clusterName}#${inputs.principalArn}#${inputs.policyArn}`,
        id: (inputs) => `${inputs.clusterName}#${inputs.principalArn}#${inputs.policyArn}`,
        replaceOn: ["*"],
        references: { clusterName },
        refuse: (inputs, { find }) =>
            find("aws:eks/accessEntry:AccessEntry", `${inputs.clusterName}:${inputs.principalArn}`) === undefined
                ? [
                      `ResourceNotFoundException: cluster ${inputs.clusterName} has no access entry for ${inputs.principalArn}`,
                  ]
                : [],
        outputs: () => ({ associatedAt: "2026-01-01T00:00:00Z", modifiedAt: "2026-01-01T00:00:00Z" }),
    },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
        unique: (inputs) => `${inputs.clusterName}:${inputs.namespace}:${inputs.serviceAccount}`,
        conflict: "ResourceInUseException",
        id: (_inputs, { random }) => `a-${random(17)}`,
        replaceOn: ["clusterName", "namespace", "serviceAccount"],
        references: { clusterName, roleArn: { ...roleArn, holds: true } },
        outputs: (inputs, { id, arn }) => ({
            associationId: id,
            associationArn: arn("eks", `podidentityassociation/${inputs.clusterName}/${id}`),
            externalId: "",
        }),
    },
};

function clusterOf(name: string, { visible, region }: InvokeContext): Properties {
    const found = visible("aws:eks/cluster:Cluster").find(({ id }) => id === name);
    if (found === undefined) {
        throw new Error(`ResourceNotFoundException: no cluster found for name: ${name} (region ${region})`);
    }
    return found.properties;
}

export const eksInvokes: InvokeTable = {
    "aws:eks/getCluster:getCluster": (args, context) => {
        const cluster = clusterOf(args.name, context);
        return {
            ...cluster,
            id: args.name,
            certificateAuthorities: [cluster.certificateAuthority],
            tags: cluster.tagsAll ?? {},
        };
    },
    "aws:eks/getAddon:getAddon": (args, context) => {
        const found = context
            .visible("aws:eks/addon:Addon")
            .find(({ id }) => id === `${args.clusterName}:${args.addonName}`);
        if (found === undefined) {
            throw new Error(
                `ResourceNotFoundException: no addon: ${args.addonName} found in cluster: ${args.clusterName}`,
            );
        }
        return { ...found.properties, id: found.id };
    },
};
