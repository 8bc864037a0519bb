import * as kubernetes from "@pulumi/kubernetes";
import { describe, expect, it } from "vitest";
import { record } from "../testing/record";
import { RegionCluster, type RegionClusterArgs } from "./regionCluster";
import { nodeGroupName, nodeImage, validateRegionCluster } from "./regionClusterRules";

const args: RegionClusterArgs = {
    clusterName: "atlas-primary",
    region: "eu-central-1",
    vpcId: "vpc-1",
    privateSubnetIds: ["subnet-a", "subnet-b", "subnet-c"],
    tags: { Project: "atlas" },
};

function build(more: Partial<RegionClusterArgs> = {}, use?: (cluster: RegionCluster) => void) {
    return record(
        () => {
            const cluster = new RegionCluster("cluster", { ...args, ...more });
            use?.(cluster);
        },
        {
            outputs: {
                "eks:index:Cluster": (inputs) => ({
                    kubeconfigJson: "{}",
                    clusterSecurityGroupId: "sg-1",
                    eksCluster: { name: inputs["name"], endpoint: "https://api" },
                }),
                "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1 }),
            },
        },
    );
}

describe("RegionCluster", () => {
    it("is a cluster with its key, roles, nodes, five add-ons, provider and storage class, and nothing else", async () => {
        expect((await build()).children).toEqual([
            "aws:cloudwatch/logGroup:LogGroup cluster-control-plane",
            "aws:ec2/launchTemplate:LaunchTemplate cluster-nodes",
            "aws:eks/addon:Addon cluster-aws-ebs-csi-driver",
            "aws:eks/addon:Addon cluster-coredns",
            "aws:eks/addon:Addon cluster-eks-pod-identity-agent",
            "aws:eks/addon:Addon cluster-kube-proxy",
            "aws:eks/addon:Addon cluster-vpc-cni",
            "aws:eks/nodeGroup:NodeGroup cluster-nodes",
            "aws:iam/role:Role cluster-control-plane",
            "aws:iam/role:Role cluster-ebs-csi",
            "aws:iam/role:Role cluster-nodes",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-control-plane-AmazonEKSClusterPolicy",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-ebs-csi-AmazonEBSCSIDriverPolicy",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-nodes-AmazonEC2ContainerRegistryPullOnly",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-nodes-AmazonEKSWorkerNodePolicy",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-nodes-AmazonEKS_CNI_Policy",
            "aws:kms/alias:Alias cluster-secrets",
            "aws:kms/key:Key cluster-secrets",
            "drkit:index:RegionCluster cluster",
            "eks:index:Cluster cluster",
            "kubernetes:storage.k8s.io/v1:StorageClass cluster-gp3",
            "pulumi:providers:kubernetes cluster-kubernetes",
        ]);
    });

    it("is closed to the internet, encrypts secrets and lets people in by access entries only", async () => {
        const { inputs } = (await build()).one("eks:index:Cluster");
        expect(inputs).toMatchObject({
            name: "atlas-primary",
            version: "1.35",
            authenticationMode: "API",
            accessEntries: {},
            endpointPrivateAccess: true,
            endpointPublicAccess: false,
            encryptionConfigKeyArn: "arn:aws:mock:::cluster-secrets",
            enabledClusterLogTypes: ["api", "audit", "authenticator"],
            deletionProtection: true,
            upgradePolicy: { supportType: "STANDARD" },
            vpcId: "vpc-1",
            privateSubnetIds: ["subnet-a", "subnet-b", "subnet-c"],
            skipDefaultNodeGroup: true,
            bootstrapSelfManagedAddons: false,
        });
        expect(inputs).not.toHaveProperty("publicAccessCidrs");
        expect(inputs).not.toHaveProperty("publicSubnetIds");
    });

    it("opens the API server to the named ranges only, and names its administrators", async () => {
        const { inputs } = (
            await build({
                publicAccessCidrs: ["203.0.113.0/24"],
                adminArns: ["arn:aws:iam::123456789012:role/platform"],
            })
        ).one("eks:index:Cluster");
        expect(inputs).toMatchObject({ endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] });
        expect(inputs["accessEntries"]).toEqual({
            "role-platform": {
                principalArn: "arn:aws:iam::123456789012:role/platform",
                accessPolicies: {
                    admin: {
                        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                        accessScope: { type: "cluster" },
                    },
                },
            },
        });
    });

    it("has three nodes on demand over three zones, of two types, with encrypted volumes that pods cannot take a role from", async () => {
        const recording = await build();
        expect(recording.one("aws:eks/nodeGroup:NodeGroup").inputs).toEqual({
            clusterName: "atlas-primary",
            nodeGroupName: "atlas-primary-t3-medium-t3a-medium",
            nodeRoleArn: "arn:aws:mock:::cluster-nodes",
            subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
            version: "1.35",
            amiType: "AL2023_x86_64_STANDARD",
            capacityType: "ON_DEMAND",
            instanceTypes: ["t3.medium", "t3a.medium"],
            scalingConfig: { minSize: 3, desiredSize: 3, maxSize: 4 },
            updateConfig: { maxUnavailable: 1 },
            launchTemplate: { id: "cluster-nodes-id", version: "1" },
        });
        expect(recording.one("aws:ec2/launchTemplate:LaunchTemplate").inputs).toMatchObject({
            name: "atlas-primary-nodes",
            metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
            blockDeviceMappings: [
                { deviceName: "/dev/xvda", ebs: { volumeType: "gp3", volumeSize: 30, encrypted: "true" } },
            ],
            tagSpecifications: [
                { resourceType: "instance", tags: { Project: "atlas", Name: "atlas-primary-node" } },
                { resourceType: "volume", tags: { Project: "atlas", Name: "atlas-primary-node" } },
            ],
        });
    });

    it("pins every add-on, and gives the CSI driver its rights by Pod Identity", async () => {
        const recording = await build();
        const addOns = recording.resources
            .filter(({ type }) => type === "aws:eks/addon:Addon")
            .map(({ inputs }) => inputs);
        expect(addOns.map((addOn) => [addOn["addonName"], addOn["addonVersion"]]).sort()).toEqual([
            ["aws-ebs-csi-driver", "v1.64.0-eksbuild.1"],
            ["coredns", "v1.13.2-eksbuild.31"],
            ["eks-pod-identity-agent", "v1.3.10-eksbuild.3"],
            ["kube-proxy", "v1.35.3-eksbuild.29"],
            ["vpc-cni", "v1.22.4-eksbuild.3"],
        ]);
        expect(addOns.find((addOn) => addOn["addonName"] === "aws-ebs-csi-driver")).toMatchObject({
            podIdentityAssociations: [
                { serviceAccount: "ebs-csi-controller-sa", roleArn: "arn:aws:mock:::cluster-ebs-csi" },
            ],
            configurationValues: '{"controller":{"extraVolumeTags":{"Project":"atlas"}}}',
        });
    });

    it("has its network add-on keep network policies, which it otherwise takes and does nothing about", async () => {
        expect((await build()).one("aws:eks/addon:Addon", "cluster-vpc-cni").inputs["configurationValues"]).toBe(
            '{"enableNetworkPolicy":"true"}',
        );
    });

    it("makes an encrypted gp3 class the default, bound to the pod's zone", async () => {
        const { inputs } = (await build()).one("kubernetes:storage.k8s.io/v1:StorageClass");
        expect(inputs).toMatchObject({
            metadata: { name: "gp3", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
            provisioner: "ebs.csi.aws.com",
            parameters: { type: "gp3", encrypted: "true" },
            volumeBindingMode: "WaitForFirstConsumer",
            allowVolumeExpansion: true,
        });
    });

    it("is recognised by region and name, so that a new kubeconfig replaces nothing, and updates ConfigMaps in place", async () => {
        const { inputs } = (await build()).one("pulumi:providers:kubernetes");
        expect(inputs).toMatchObject({
            clusterIdentifier: "eks/eu-central-1/atlas-primary",
            kubeconfig: "{}",
            enableConfigMapMutable: "true",
        });
    });

    it("lets nothing into the cluster before nodes, add-ons and storage class are there", async () => {
        const recording = await build({}, (cluster) => {
            new kubernetes.core.v1.ConfigMap("workload", {}, { provider: cluster.provider, dependsOn: cluster.ready });
        });
        expect(recording.dependencies("kubernetes:core/v1:ConfigMap", "workload")).toEqual(
            expect.arrayContaining([
                "aws:eks/addon:Addon cluster-aws-ebs-csi-driver",
                "aws:eks/addon:Addon cluster-coredns",
                "aws:eks/nodeGroup:NodeGroup cluster-nodes",
                "kubernetes:storage.k8s.io/v1:StorageClass cluster-gp3",
            ]),
        );
        expect(recording.dependencies("aws:eks/nodeGroup:NodeGroup")).toContain("aws:eks/addon:Addon cluster-vpc-cni");
    });

    it("fails with every mistake at once, before anything is registered", async () => {
        const mistakes = {
            clusterName: "a b",
            instanceTypes: ["t3.medium", "t4g.medium"],
            nodes: 2,
            nodeVolumeGib: 8,
            publicAccessCidrs: ["0.0.0.0/0"],
        };
        await expect(build(mistakes)).rejects.toThrow(
            /clusterName.*\n.*instanceTypes.*\n.*nodes.*\n.*nodeVolumeGib.*\n.*publicAccessCidrs/,
        );
        expect(validateRegionCluster({ ...args, ...mistakes })).toHaveLength(5);
        expect(validateRegionCluster(args)).toEqual([]);
    });
});

describe("nodeImage", () => {
    it.each([
        [["t3.medium", "t3a.medium"], "AL2023_x86_64_STANDARD"],
        [["t4g.medium", "m7g.large"], "AL2023_ARM_64_STANDARD"],
        [["g5.xlarge"], "AL2023_x86_64_STANDARD"],
    ])("of %j is %s", (types, image) => expect(nodeImage(types)).toBe(image));
});

describe("nodeGroupName", () => {
    it("differs when the types do, because a group is replaced for that", () => {
        expect(nodeGroupName("atlas-dr", ["t3.medium"])).toBe("atlas-dr-t3-medium");
        expect(nodeGroupName("atlas-dr", ["t4g.small"])).toBe("atlas-dr-t4g-small");
    });

    it("differs by a sixth type too, where the names are longer than EKS takes", () => {
        const five = ["m7i.xlarge", "m7a.xlarge", "m6i.xlarge", "m6a.xlarge", "m5.2xlarge"];
        const [before, after] = [five, [...five, "m5a.2xlarge"]].map((types) => nodeGroupName("atlas-primary", types));
        expect(before).not.toBe(after);
        expect([before!.length, after!.length]).toEqual([63, 63]);
    });

    it("stays within EKS's 63 characters", () => {
        expect(nodeGroupName("atlas-dr", Array(9).fill("t3.medium")).length).toBeLessThanOrEqual(63);
    });
});
