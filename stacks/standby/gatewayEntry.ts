import type * as pulumi from "@pulumi/pulumi";
import { LoadBalancerController } from "../../components/cluster/loadBalancerController";
import type { RegionClusterAccess } from "../../components/cluster/regionClusterAccess";
import { gatewayEndpoints, gatewayZone } from "../../components/gateways/gatewayAddresses";
import { GatewayLoadBalancer } from "../../components/gateways/gatewayLoadBalancer";
import { GatewayNames } from "../../components/gateways/gatewayNames";
import type { OwnRegion } from "../../infra/parts";
import type { Names } from "../../components/model/names";
import { gatewayTargetGroup } from "../../components/gateways/gatewayLoadBalancerRules";
import type { StackContext } from "../../infra/stack";
import type { FarRegion } from "./peerings";
import { physicalName } from "../../components/model/nameLimits";

/** The controller that fills target groups, or what stands for it where the cluster has one. */
export function buildController(stack: StackContext, cluster: RegionClusterAccess): pulumi.Resource {
    if (!stack.settings.cluster.loadBalancerController) return cluster.provider;
    const { clusterName, vpcId } = cluster;
    return new LoadBalancerController(
        "load-balancers",
        {
            clusterName,
            vpcId,
            region: stack.region.name,
            roleName: physicalName("IAM role", [stack.names.base, "load-balancers"]),
            targetGroups: targetGroupsOf(stack),
        },
        { providers: [stack.aws, cluster.provider], dependsOn: cluster.ready },
    ).release;
}

/** Name of the balancer in front of the region's NATS servers. */
function gatewayBalancer({ base }: Names): string {
    return physicalName("load balancer", [base, "gateways"]);
}

/** Name of the standby's public entry. */
export function apiIngress({ base }: Names): string {
    return physicalName("load balancer", [base, "api"]);
}

/** Every target group of the region that is filled with pods. */
function targetGroupsOf({ profile, region, names, role }: StackContext): string[] {
    const servers = gatewayEndpoints(profile, region).map(({ server }) =>
        gatewayTargetGroup(gatewayBalancer(names), server),
    );
    return role === "dr" ? [...servers, apiIngress(names)] : servers;
}

/** The addresses and names under which the other regions reach this one's servers. */
export function buildGateways(
    stack: StackContext,
    { network, cluster, namespaces }: OwnRegion,
    far: readonly FarRegion[],
    controller: pulumi.Resource,
): pulumi.Resource[] {
    const { profile, region, names, settings } = stack;
    const endpoints = gatewayEndpoints(profile, region);
    const balancer = new GatewayLoadBalancer(
        "gateways",
        {
            balancerName: gatewayBalancer(names),
            vpcId: cluster.vpcId,
            // Not all that an adopted cluster is in: often two a zone, and AWS takes one.
            subnetIds: network?.privateSubnetIds ?? settings.network.privateSubnetIds,
            nodeSecurityGroupId: cluster.securityGroupId,
            endpoints,
            peerCidrs: Object.fromEntries(far.map((one) => [one.profile.name, one.cidr])),
            namespace: namespaces.nats,
            controller,
            deletionProtection: settings.cluster.deletionProtection,
            ...statefulSetOf(stack),
        },
        { providers: [stack.aws, cluster.provider] },
    );
    const gatewayNames = new GatewayNames(
        "gateway-names",
        {
            zoneName: gatewayZone(profile, region),
            hosts: endpoints.map(({ host }) => host),
            target: { kind: "balancer", dnsName: balancer.dnsName, zoneId: balancer.zoneId },
            vpc: { id: cluster.vpcId, region: region.name },
            peerVpcs: far.map((one) => ({ id: one.vpcId, region: one.profile.name })),
        },
        { providers: [stack.aws] },
    );
    return [balancer, gatewayNames];
}

/** The pods that the balancer leads to: of a NATS that is the user's own under whatever name they have. */
function statefulSetOf({ role, settings: { nats } }: StackContext): { statefulSet?: string } {
    return role === "primary" && nats.owner === "user" && nats.found ? { statefulSet: nats.found.statefulSet } : {};
}
