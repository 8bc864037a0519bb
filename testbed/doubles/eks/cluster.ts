import { providerReference, type Registered } from "../wire/monitor";
import { hasUnknown, plain, Secret, unknown, type Properties, type Value } from "../wire/values";
import { createStorageClasses } from "./storageClasses";
import { derive, given, reference, type Component } from "./component";
import { kubeconfigOf } from "./kubeconfig";
import { createNodeSecurityGroup } from "./securityGroups";
import { createServiceRole } from "./serviceRole";

/** Options of eks.Cluster that this double does not build; giving one is an error. */
const notModelled = [
    "autoMode",
    "creationRoleProvider",
    "fargate",
    "instanceRole",
    "instanceRoles",
    "nodeGroupOptions",
    "roleMappings",
    "userMappings",
];

/**
 * What `eks.Cluster` registers (pulumi-eks 4.3, cluster.ts): roles, security groups, the EKS cluster, add-ons, access
 * entries, a Kubernetes provider, storage classes. The default node group is not modelled: node groups are managed ones.
 */
export async function buildCluster(component: Component, name: string, args: Properties): Promise<Properties> {
    refuseNotModelled(args);
    const tags = args.tags ?? undefined;
    const service = await serviceRole();
    const securityGroup = await clusterSecurityGroup();
    const cluster = await createCluster();
    await createAddon("kube-proxy", args.kubeProxyAddonOptions, args.kubeProxyAddonOptions?.enabled ?? true);
    const kubeconfig = kubeconfigOf({
        cluster: cluster.properties,
        credentials: args.providerCredentialOpts,
        withProfile: false,
    });
    const kubernetesProvider = await createProvider();
    const instanceRoles = await createInstanceRole();
    const ready = await createAccess();
    const storageClasses = await createStorageClasses(
        component,
        name,
        args.storageClasses,
        providerReference(kubernetesProvider),
        ready,
    );
    const vpcCni = await createVpcCni();
    await createAddon(
        "coredns",
        args.corednsAddonOptions,
        args.corednsAddonOptions?.enabled === true || args.corednsAddonOptions?.configurationValues !== undefined,
    );
    const oidcProvider = await createOidcProvider();
    const nodes = await nodeSecurityGroup();
    return outputs();

    async function serviceRole(): Promise<{ arn: Value; reference: Value; ready: string[] }> {
        if (args.serviceRole !== undefined) {
            const role = await component.resolve(args.serviceRole);
            return { arn: role?.arn ?? unknown, reference: args.serviceRole, ready: [] };
        }
        const { role, ready: attached } = await createServiceRole(component, `${name}-eksRole`, {
            service: "eks.amazonaws.com",
            description: "Allows EKS to manage clusters on your behalf.",
            policies: ["AmazonEKSClusterPolicy"],
            actions: ["sts:AssumeRole", "sts:TagSession"],
            tags,
        });
        return { arn: role.properties.arn, reference: reference(role), ready: attached };
    }

    async function clusterSecurityGroup(): Promise<{ id: Value; reference: Value } | undefined> {
        if (args.clusterSecurityGroup !== undefined) {
            return { id: args.clusterSecurityGroup.id, reference: args.clusterSecurityGroup };
        }
        if (args.skipDefaultSecurityGroups === true) {
            return undefined;
        }
        const group = await component.child("aws:ec2/securityGroup:SecurityGroup", `${name}-eksClusterSecurityGroup`, {
            ...given({ vpcId: args.vpcId }),
            revokeRulesOnDelete: true,
            tags: { Name: `${name}-eksClusterSecurityGroup`, ...args.clusterSecurityGroupTags, ...tags },
        });
        await component.child(
            "aws:ec2/securityGroupRule:SecurityGroupRule",
            `${name}-eksClusterInternetEgressRule`,
            {
                description: "Allow internet access.",
                type: "egress",
                fromPort: 0,
                toPort: 0,
                protocol: "-1",
                cidrBlocks: ["0.0.0.0/0"],
                securityGroupId: group.id,
            },
            { dependsOn: [group.urn] },
        );
        return { id: group.id, reference: reference(group) };
    }

    function createCluster(): Promise<Registered> {
        const subnetIds = args.subnetIds ?? [...(args.publicSubnetIds ?? []), ...(args.privateSubnetIds ?? [])];
        const { endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs } = args;
        const network = args.kubernetesServiceIpAddressRange !== undefined || args.ipFamily !== undefined;
        return component.child(
            "aws:eks/cluster:Cluster",
            `${name}-eksCluster`,
            given({
                name: args.name,
                roleArn: service.arn,
                bootstrapSelfManagedAddons: args.bootstrapSelfManagedAddons ?? true,
                vpcConfig: given({
                    securityGroupIds: securityGroup === undefined ? undefined : [securityGroup.id],
                    subnetIds,
                    endpointPrivateAccess,
                    endpointPublicAccess,
                    publicAccessCidrs,
                }),
                kubernetesNetworkConfig: network
                    ? given({
                          serviceIpv4Cidr: args.kubernetesServiceIpAddressRange,
                          ipFamily: args.ipFamily ?? "ipv4",
                      })
                    : undefined,
                version: args.version,
                enabledClusterLogTypes: args.enabledClusterLogTypes,
                tags: { Name: `${name}-eksCluster`, ...args.clusterTags, ...tags },
                encryptionConfig:
                    args.encryptionConfigKeyArn === undefined
                        ? undefined
                        : { provider: { keyArn: args.encryptionConfigKeyArn }, resources: ["secrets"] },
                accessConfig:
                    args.authenticationMode === undefined
                        ? undefined
                        : {
                              authenticationMode: args.authenticationMode,
                              bootstrapClusterCreatorAdminPermissions: true,
                          },
                upgradePolicy: args.upgradePolicy,
                deletionProtection: args.deletionProtection,
            }),
            {
                dependsOn: service.ready,
                ignoreChanges: ["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"],
            },
        );
    }

    async function createAddon(addonName: string, options: Properties = {}, enabled: boolean): Promise<void> {
        if (!enabled) {
            return;
        }
        await component.child(
            "aws:eks/addon:Addon",
            `${name}-${addonName}`,
            given({
                clusterName: cluster.properties.name,
                addonName,
                preserve: true,
                tags,
                addonVersion: options.version,
                resolveConflictsOnCreate: options.resolveConflictsOnCreate ?? "OVERWRITE",
                resolveConflictsOnUpdate: options.resolveConflictsOnUpdate ?? "OVERWRITE",
                configurationValues:
                    options.configurationValues &&
                    derive([options.configurationValues], (values) => JSON.stringify(values)),
            }),
            { dependsOn: [cluster.urn] },
        );
    }

    function createProvider(): Promise<Registered> {
        const config = kubeconfigOf({
            cluster: cluster.properties,
            credentials: args.providerCredentialOpts,
            withProfile: true,
        });
        const inputs = given({
            kubeconfig: derive([config], (known) => JSON.stringify(known)),
            enableConfigMapMutable: args.enableConfigMapMutable && String(args.enableConfigMapMutable),
        });
        return component.child("pulumi:providers:kubernetes", `${name}-eks-k8s`, inputs, { dependsOn: [cluster.urn] });
    }

    async function createInstanceRole(): Promise<Registered[]> {
        if (
            args.createInstanceRole !== true &&
            (args.skipDefaultNodeGroup === true || args.createInstanceRole === false)
        ) {
            return [];
        }
        const policies = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"];
        const { role, ready: attached } = await createServiceRole(component, `${name}-instanceRole`, {
            service: "ec2.amazonaws.com",
            policies,
            tags,
        });
        await component.child(
            "aws:iam/instanceProfile:InstanceProfile",
            `${name}-instanceProfile`,
            { role: role.properties.name },
            { dependsOn: attached },
        );
        return [role];
    }

    /** Access entries, or the aws-auth ConfigMap, as the authentication mode has it. */
    async function createAccess(): Promise<string[]> {
        const mode: string = args.authenticationMode ?? "CONFIG_MAP";
        const dependsOn = [cluster.urn];
        const made: string[] = [];
        if (mode !== "API") {
            const mapRoles = instanceRoles.map((role) => role.properties.arn);
            const data = {
                mapRoles: derive(mapRoles, (...arns: string[]) =>
                    JSON.stringify(
                        arns.map((rolearn) => ({
                            rolearn,
                            username: "system:node:{{EC2PrivateDNSName}}",
                            groups: ["system:bootstrappers", "system:nodes"],
                        })),
                    ),
                ),
            };
            const metadata = {
                name: "aws-auth",
                namespace: "kube-system",
                annotations: { "pulumi.com/patchForce": "true" },
            };
            const inputs = { apiVersion: "v1", kind: "ConfigMap", immutable: false, metadata, data };
            made.push(
                (
                    await component.child("kubernetes:core/v1:ConfigMap", `${name}-nodeAccess`, inputs, {
                        provider: providerReference(kubernetesProvider),
                        dependsOn,
                    })
                ).urn,
            );
        }
        if (mode === "CONFIG_MAP") {
            return made;
        }
        const nodeEntries = instanceRoles.map(
            (role) =>
                ["defaultNodeGroupInstanceRole", { principalArn: role.properties.arn, type: "EC2_LINUX" }] as const,
        );
        for (const [key, entry] of [...nodeEntries, ...Object.entries<Properties>(args.accessEntries ?? {})] as [
            string,
            Properties,
        ][]) {
            const { accessPolicies, username, ...rest } = entry;
            const clusterName = cluster.properties.name;
            const created = await component.child(
                "aws:eks/accessEntry:AccessEntry",
                `${name}-${key}`,
                given({ ...rest, clusterName, userName: username }),
                { dependsOn },
            );
            made.push(created.urn);
            for (const [association, policy] of Object.entries<Properties>(accessPolicies ?? {})) {
                await component.child(
                    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
                    `${name}-${key}-${association}`,
                    {
                        accessScope: policy.accessScope,
                        principalArn: entry.principalArn,
                        policyArn: policy.policyArn,
                        clusterName,
                    },
                    { parent: created.urn, dependsOn: [created.urn] },
                );
            }
        }
        return made;
    }

    async function createVpcCni(): Promise<Registered | undefined> {
        if (args.useDefaultVpcCni === true) {
            return undefined;
        }
        const options: Properties = args.vpcCniOptions ?? {};
        const own = await component.child(
            "eks:index:VpcCniAddon",
            `${name}-vpc-cni`,
            {},
            { component: true, dependsOn: ready },
        );
        await component.child(
            "aws:eks/addon:Addon",
            `${name}-vpc-cni`,
            given({
                clusterName: cluster.properties.name,
                addonName: "vpc-cni",
                addonVersion: options.addonVersion,
                resolveConflictsOnCreate: options.resolveConflictsOnCreate ?? "OVERWRITE",
                resolveConflictsOnUpdate: options.resolveConflictsOnUpdate ?? "OVERWRITE",
                preserve: true,
                configurationValues:
                    options.configurationValues &&
                    derive([options.configurationValues], (values) => JSON.stringify(values)),
                serviceAccountRoleArn: options.serviceAccountRoleArn,
                tags,
            }),
            { parent: own.urn, dependsOn: [cluster.urn, ...ready] },
        );
        await component.monitor.registerOutputs(own.urn, {});
        return own;
    }

    async function createOidcProvider(): Promise<Registered | undefined> {
        if (args.createOidcProvider !== true) {
            return undefined;
        }
        const url = derive([cluster.properties.identities ?? unknown], (identities) => identities[0].oidcs[0].issuer);
        // The real component asks the issuer for its certificate's fingerprint; here nobody answers.
        const inputs = { clientIdLists: ["sts.amazonaws.com"], url, thumbprintLists: ["0".repeat(40)] };
        return component.child("aws:iam/openIdConnectProvider:OpenIdConnectProvider", `${name}-oidcProvider`, inputs, {
            dependsOn: [cluster.urn],
        });
    }

    function nodeSecurityGroup() {
        if (args.skipDefaultSecurityGroups === true || securityGroup === undefined) {
            return undefined;
        }
        const groupTags = { ...args.nodeSecurityGroupTags, ...tags };
        return createNodeSecurityGroup(component, name, {
            vpcId: args.vpcId,
            clusterSecurityGroupId: securityGroup.id,
            tags: groupTags,
            cluster,
        });
    }

    function outputs(): Properties {
        const eksGroup = derive([cluster.properties.vpcConfig ?? unknown], (config) => config.clusterSecurityGroupId);
        const issuerUrl = derive(
            [cluster.properties.identities ?? unknown],
            (identities) => identities[0].oidcs[0].issuer,
        );
        const roles = instanceRoles.map(reference);
        return given({
            autoModeNodeRoleName: "",
            clusterIngressRuleId: nodes?.ingressRule.properties.securityGroupRuleId ?? "",
            clusterSecurityGroup: securityGroup?.reference,
            clusterSecurityGroupId: securityGroup?.id ?? eksGroup,
            core: given({
                cluster: reference(cluster),
                clusterIamRole: service.reference,
                clusterSecurityGroup: securityGroup?.reference,
                endpoint: cluster.properties.endpoint,
                instanceRoles: roles,
                kubeconfig,
                nodeGroupOptions: {},
                nodeSecurityGroupTags: args.nodeSecurityGroupTags,
                oidcProvider: oidcProvider && reference(oidcProvider),
                privateSubnetIds: args.privateSubnetIds,
                provider: reference(kubernetesProvider),
                publicSubnetIds: args.publicSubnetIds,
                storageClasses,
                subnetIds: args.subnetIds ?? [...(args.publicSubnetIds ?? []), ...(args.privateSubnetIds ?? [])],
                tags,
                vpcCni: vpcCni && reference(vpcCni),
                vpcId: args.vpcId,
            }),
            defaultNodeGroupAsgName: "",
            eksCluster: reference(cluster),
            eksClusterIngressRule: nodes && reference(nodes.ingressRule),
            fargateProfileId: "",
            fargateProfileStatus: "",
            instanceRoles: roles,
            kubeconfig,
            kubeconfigJson: derive([kubeconfig], (known) => JSON.stringify(known)),
            nodeSecurityGroup: nodes && reference(nodes.group),
            nodeSecurityGroupId: nodes?.group.id ?? eksGroup,
            oidcIssuer: derive([issuerUrl], (url: string) => url.replace("https://", "")),
            oidcProviderArn: oidcProvider?.properties.arn ?? "",
            oidcProviderUrl: issuerUrl,
        });
    }
}

function refuseNotModelled(args: Properties): void {
    const used = notModelled.filter((option) => args[option] !== undefined && args[option] !== false);
    const reasons = used.map((option) => `option ${option} is not modelled`);
    if (args.skipDefaultNodeGroup !== true) {
        reasons.push("the default node group is not modelled: set skipDefaultNodeGroup and add a managed node group");
    }
    if (args.subnetIds !== undefined && (args.publicSubnetIds !== undefined || args.privateSubnetIds !== undefined)) {
        reasons.push("subnetIds, and publicSubnetIds or privateSubnetIds, exclude each other");
    }
    for (const option of ["publicSubnetIds", "privateSubnetIds", "subnetIds"]) {
        if (args[option] instanceof Secret || (hasUnknown(args[option]) && !Array.isArray(plain(args[option])))) {
            args[option] = [unknown];
        }
    }
    if (args.vpcId === undefined) {
        reasons.push("without vpcId the default VPC would be used, which the double does not have");
    }
    if (reasons.length > 0) {
        throw new Error(`eks:index:Cluster: ${reasons.join("; ")} (testbed/doubles/eks/cluster.ts)`);
    }
}
