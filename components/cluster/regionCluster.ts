import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { defaultKubernetesVersion } from "../model/kubernetesVersions";
import { addOns, type ClusterAddOn } from "../model/versions";
import { clusterProvider } from "./clusterProvider";
import { podIdentityTrust } from "./podRole";
import type { RegionClusterAccess } from "./regionClusterAccess";
import {
    clusterDefaults,
    nodeGroupName,
    nodeImage,
    validateRegionCluster,
    type RegionClusterPlan,
} from "./regionClusterRules";
import { trustOf } from "./trustPolicy";
import { kmsAlias, physicalName } from "../model/nameLimits";

export interface RegionClusterArgs extends RegionClusterPlan {
    /** AWS's name of the region. */
    readonly region: string;
    readonly vpcId: pulumi.Input<string>;
    /** Private subnets of three zones, with a way out: nodes live here. */
    readonly privateSubnetIds: pulumi.Input<string>[];
    /** Tags of what is made for nodes and pods (instances, volumes), where the provider's default tags do not reach. @default none */
    readonly tags?: Record<string, string>;
}

/** The StorageClass that every cluster of ours has, and that volumes get if they name none. */
const gp3StorageClass = "gp3";

const managedPolicy = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const clusterAdmin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";

/**
 * An EKS cluster of our own: control plane in private, access by IAM entries only, secrets encrypted with its own key, one
 * managed node group over three zones, every add-on pinned, an encrypted gp3 class as default.
 *
 * Order: DaemonSet add-ons, then nodes, then the others and the storage class; `provider` depends on all of it.
 * Whoever runs Pulumi needs the AWS CLI (the cluster's tokens come from it) and a way to the API server: from inside the VPC, or
 * from `publicAccessCidrs`.
 *
 * ### Cost
 * Control plane $73 a month, three t3.medium $91, their 30 GiB volumes $7, key $1, logs $0.50 a GB. Past a version's standard
 * support a control plane costs $438: the upgrade policy is STANDARD, so AWS upgrades it instead.
 * (us-east-1, on demand, July 2026)
 */
export class RegionCluster extends pulumi.ComponentResource implements RegionClusterAccess {
    readonly clusterName: pulumi.Output<string>;
    readonly endpoint: pulumi.Output<string>;
    readonly vpcId: pulumi.Output<string>;
    readonly securityGroupId: pulumi.Output<string>;
    readonly provider: kubernetes.Provider;
    readonly storageClass = gp3StorageClass;
    readonly ready: pulumi.Resource[];

    constructor(name: string, args: RegionClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateRegionCluster(args);
        if (issues.length > 0) throw new Error(`${name}: cluster of ${args.region}:\n- ${issues.join("\n- ")}`);
        super("drkit:index:RegionCluster", name, {}, opts);
        const parent = { parent: this };
        const version = args.version ?? defaultKubernetesVersion;
        const instanceTypes = [...(args.instanceTypes ?? clusterDefaults.instanceTypes)];

        const key = createKey();
        const logs = createLogGroup();
        const serviceRole = createServiceRole();
        const cluster = createCluster();
        const daemons = createDaemonAddOns();
        const nodeRole = createNodeRole();
        const nodes = createNodes();
        const controllers = createControllerAddOns();
        const provider = createProvider();
        const storageClass = createStorageClass();

        this.clusterName = cluster.eksCluster.name;
        this.endpoint = cluster.eksCluster.endpoint;
        this.vpcId = pulumi.output(args.vpcId);
        this.securityGroupId = cluster.clusterSecurityGroupId;
        this.provider = provider;
        this.ready = [storageClass];
        this.registerOutputs({ clusterName: this.clusterName, endpoint: this.endpoint });

        function createKey() {
            const created = new aws.kms.Key(
                `${name}-secrets`,
                {
                    description: `Secrets of cluster ${args.clusterName}`,
                    enableKeyRotation: true,
                    deletionWindowInDays: 30,
                },
                // Without the key the cluster cannot read its secrets, and EKS never lets go of it.
                { ...parent, protect: true },
            );
            new aws.kms.Alias(
                `${name}-secrets`,
                { name: kmsAlias([args.clusterName, "secrets"]), targetKeyId: created.keyId },
                parent,
            );
            return created;
        }

        /** Made before EKS does it, which would keep the logs for ever. */
        function createLogGroup() {
            return new aws.cloudwatch.LogGroup(
                `${name}-control-plane`,
                { name: `/aws/eks/${args.clusterName}/cluster`, retentionInDays: 30 },
                parent,
            );
        }

        function createServiceRole() {
            return createRole("control-plane", trustOf("eks.amazonaws.com"), ["AmazonEKSClusterPolicy"]);
        }

        function createCluster() {
            const publicAccessCidrs = [...(args.publicAccessCidrs ?? [])];
            const reachable = publicAccessCidrs.length > 0;
            return new eks.Cluster(
                name,
                {
                    name: args.clusterName,
                    version,
                    upgradePolicy: { supportType: "STANDARD" },
                    deletionProtection: args.deletionProtection ?? true,
                    serviceRole: serviceRole.role,
                    authenticationMode: "API",
                    accessEntries: Object.fromEntries(
                        (args.adminArns ?? []).map((arn) => [entryName(arn), adminEntry(arn)]),
                    ),
                    vpcId: args.vpcId,
                    privateSubnetIds: args.privateSubnetIds,
                    endpointPrivateAccess: true,
                    endpointPublicAccess: reachable,
                    ...(reachable ? { publicAccessCidrs } : {}),
                    encryptionConfigKeyArn: key.arn,
                    enabledClusterLogTypes: ["api", "audit", "authenticator"],
                    // Nodes and add-ons are ours below: pinned, and with names.
                    skipDefaultNodeGroup: true,
                    skipDefaultSecurityGroups: true,
                    createInstanceRole: false,
                    bootstrapSelfManagedAddons: false,
                    useDefaultVpcCni: true,
                    kubeProxyAddonOptions: { enabled: false },
                    corednsAddonOptions: { enabled: false },
                },
                { ...parent, dependsOn: [logs, ...serviceRole.attachments] },
            );
        }

        /** They run on every node, and no node gets ready without the network ones. */
        function createDaemonAddOns() {
            // Without it a NetworkPolicy is taken and does nothing. Text, not a boolean, by the add-on's schema.
            const networkPolicies = { configurationValues: JSON.stringify({ enableNetworkPolicy: "true" }) };
            return [
                createAddOn("vpc-cni", networkPolicies),
                createAddOn("kube-proxy"),
                createAddOn("eks-pod-identity-agent"),
            ];
        }

        function createNodeRole() {
            return createRole("nodes", trustOf("ec2.amazonaws.com"), [
                "AmazonEKSWorkerNodePolicy",
                "AmazonEKS_CNI_Policy",
                "AmazonEC2ContainerRegistryPullOnly",
            ]);
        }

        function createNodes() {
            const template = new aws.ec2.LaunchTemplate(
                `${name}-nodes`,
                {
                    name: physicalName("launch template", [args.clusterName, "nodes"]),
                    updateDefaultVersion: true,
                    blockDeviceMappings: [
                        {
                            deviceName: "/dev/xvda",
                            ebs: {
                                volumeType: "gp3",
                                volumeSize: args.nodeVolumeGib ?? clusterDefaults.nodeVolumeGib,
                                encrypted: "true",
                                deleteOnTermination: "true",
                            },
                        },
                    ],
                    // One hop: pods cannot take the node's role, they have Pod Identity.
                    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
                    tagSpecifications: ["instance", "volume"].map((resourceType) => ({
                        resourceType,
                        tags: { ...args.tags, Name: `${args.clusterName}-node` },
                    })),
                },
                parent,
            );
            const count = args.nodes ?? clusterDefaults.nodes;
            return new aws.eks.NodeGroup(
                `${name}-nodes`,
                {
                    clusterName: cluster.eksCluster.name,
                    nodeGroupName: nodeGroupName(args.clusterName, instanceTypes),
                    nodeRoleArn: nodeRole.role.arn,
                    subnetIds: args.privateSubnetIds,
                    version,
                    amiType: nodeImage(instanceTypes),
                    // No Spot: the floor has to hold when everybody moves to this region.
                    capacityType: "ON_DEMAND",
                    instanceTypes,
                    scalingConfig: { minSize: count, desiredSize: count, maxSize: count + 1 },
                    updateConfig: { maxUnavailable: 1 },
                    launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
                },
                { ...parent, dependsOn: [...daemons, ...nodeRole.attachments] },
            );
        }

        /** They are Deployments: without nodes they would stay degraded until EKS gives up. */
        function createControllerAddOns() {
            const role = createRole("ebs-csi", podIdentityTrust, ["service-role/AmazonEBSCSIDriverPolicy"]);
            return [
                createAddOn("coredns", {}, [nodes]),
                createAddOn(
                    "aws-ebs-csi-driver",
                    {
                        podIdentityAssociations: [{ serviceAccount: "ebs-csi-controller-sa", roleArn: role.role.arn }],
                        configurationValues: JSON.stringify({ controller: { extraVolumeTags: args.tags ?? {} } }),
                    },
                    [nodes, ...role.attachments],
                ),
            ];
        }

        function createProvider() {
            return clusterProvider(
                `${name}-kubernetes`,
                { kubeconfig: cluster.kubeconfigJson, region: args.region, clusterName: args.clusterName },
                { ...parent, dependsOn: [nodes, ...controllers] },
            );
        }

        function createStorageClass() {
            return new kubernetes.storage.v1.StorageClass(
                `${name}-${gp3StorageClass}`,
                {
                    metadata: {
                        name: gp3StorageClass,
                        annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
                    },
                    provisioner: "ebs.csi.aws.com",
                    parameters: { type: "gp3", encrypted: "true" },
                    // A volume is made in the zone that its pod is scheduled to, and can grow.
                    volumeBindingMode: "WaitForFirstConsumer",
                    allowVolumeExpansion: true,
                    reclaimPolicy: "Delete",
                },
                { ...parent, provider },
            );
        }

        function createAddOn(
            addOn: ClusterAddOn,
            more: Partial<aws.eks.AddonArgs> = {},
            dependsOn: pulumi.Resource[] = [],
        ) {
            return new aws.eks.Addon(
                `${name}-${addOn}`,
                {
                    clusterName: cluster.eksCluster.name,
                    addonName: addOn,
                    addonVersion: addOns[version][addOn].version,
                    resolveConflictsOnCreate: "OVERWRITE",
                    // What an operator set by hand survives an upgrade of the add-on.
                    resolveConflictsOnUpdate: "PRESERVE",
                    ...more,
                },
                { ...parent, dependsOn },
            );
        }

        function createRole(purpose: string, assumeRolePolicy: string, policies: readonly string[]) {
            const role = new aws.iam.Role(
                `${name}-${purpose}`,
                { name: physicalName("IAM role", [args.clusterName, purpose]), assumeRolePolicy },
                parent,
            );
            const attachments = policies.map(
                (policy) =>
                    new aws.iam.RolePolicyAttachment(
                        `${name}-${purpose}-${policy.replace(/^.*\//, "")}`,
                        { role: role.name, policyArn: managedPolicy(policy) },
                        parent,
                    ),
            );
            return { role, attachments };
        }
    }
}

/** The part of an ARN after the account, fit for a resource's name: "role-platform". */
function entryName(arn: string): string {
    return arn
        .split(":")
        .slice(5)
        .join(":")
        .replace(/[^A-Za-z0-9]+/g, "-");
}

function adminEntry(principalArn: string) {
    return { principalArn, accessPolicies: { admin: { policyArn: clusterAdmin, accessScope: { type: "cluster" } } } };
}
