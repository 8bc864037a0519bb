import type { Registered } from "../wire/monitor";
import type { Properties, Value } from "../wire/values";
import { derive, type Component } from "./component";

export interface NodeSecurityGroupArgs {
    readonly vpcId: Value;
    readonly clusterSecurityGroupId: Value;
    readonly tags: Properties;
    readonly cluster: Registered;
}

/** The nodes' security group and its rules, as pulumi-eks makes them (securitygroup.ts). */
export async function createNodeSecurityGroup(
    component: Component,
    name: string,
    args: NodeSecurityGroupArgs,
): Promise<{ group: Registered; ingressRule: Registered }> {
    const { vpcId, clusterSecurityGroupId, cluster } = args;
    const tags = derive([cluster.properties.name], (clusterName) => ({
        Name: `${name}-nodeSecurityGroup`,
        [`kubernetes.io/cluster/${clusterName}`]: "owned",
        ...args.tags,
    }));
    const group = await component.child(
        "aws:ec2/securityGroup:SecurityGroup",
        `${name}-nodeSecurityGroup`,
        { vpcId, revokeRulesOnDelete: true, tags },
        { dependsOn: [cluster.urn] },
    );
    const rule = (ruleName: string, inputs: Properties) =>
        component.child("aws:ec2/securityGroupRule:SecurityGroupRule", `${name}-${ruleName}`, inputs, {
            dependsOn: [group.urn],
        });
    const nodes = { securityGroupId: group.id };
    await rule("eksNodeIngressRule", {
        description: "Allow nodes to communicate with each other",
        type: "ingress",
        fromPort: 0,
        toPort: 0,
        protocol: "-1",
        self: true,
        ...nodes,
    });
    const fromCluster = { type: "ingress", protocol: "tcp", sourceSecurityGroupId: clusterSecurityGroupId, ...nodes };
    await rule("eksNodeClusterIngressRule", {
        description: "Allow worker Kubelets and pods to receive communication from the cluster control plane",
        fromPort: 1025,
        toPort: 65535,
        ...fromCluster,
    });
    await rule("eksExtApiServerClusterIngressRule", {
        description:
            "Allow pods running extension API servers on port 443 to receive communication from cluster control plane",
        fromPort: 443,
        toPort: 443,
        ...fromCluster,
    });
    await rule("eksNodeInternetEgressRule", {
        description: "Allow internet access.",
        type: "egress",
        fromPort: 0,
        toPort: 0,
        protocol: "-1",
        cidrBlocks: ["0.0.0.0/0"],
        ...nodes,
    });
    const ingressRule = await rule("eksClusterIngressRule", {
        description: "Allow pods to communicate with the cluster API Server",
        type: "ingress",
        fromPort: 443,
        toPort: 443,
        protocol: "tcp",
        securityGroupId: clusterSecurityGroupId,
        sourceSecurityGroupId: group.id,
    });
    return { group, ingressRule };
}
