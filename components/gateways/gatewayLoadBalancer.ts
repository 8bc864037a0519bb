import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { gatewayTargetGroup, validateGatewayLoadBalancer } from "./gatewayLoadBalancerRules";
import type { GatewayEndpoint } from "./gatewayAddresses";
import { natsPorts } from "../nats/natsMember";

export interface GatewayLoadBalancerArgs {
    /** Physical name of the balancer and prefix of its target groups; at most 30 characters. */
    readonly balancerName: string;
    readonly vpcId: pulumi.Input<string>;
    /** Private subnets, one a zone. */
    readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
    /** Security group of the nodes, which the pods share: gets rules for this balancer. */
    readonly nodeSecurityGroupId: pulumi.Input<string>;
    /** The region's servers, and the listener that each one has (`gatewayEndpoints`). */
    readonly endpoints: readonly GatewayEndpoint[];
    /** Ranges of the other regions' VPCs, by region: they alone may connect. */
    readonly peerCidrs: Readonly<Record<string, string>>;
    /** Namespace of the NATS pods. */
    readonly namespace: pulumi.Input<string>;
    /** Name of their StatefulSet, which the pods' names begin with. @default nats */
    readonly statefulSet?: string;
    /** The load balancer controller's release: it has to be there before a binding, and outlive it. */
    readonly controller: pulumi.Resource;
    /** @default true */
    readonly deletionProtection?: boolean;
}

/**
 * The private way into a region's NATS gateways: an internal network load balancer with a listener, a target group and a
 * Service for each server.
 *
 * Remotes dial what a server advertises, so every server has an address of its own: behind one shared by several, nobody can see
 * which is unreachable. Bytes are passed on as they are, and TLS ends in the servers, which verify both sides. Health is asked on the
 * monitoring port without the meta leader: a server that waits for a quorum has to stay reachable, or there never is one. For the
 * same reason the Services publish pods that are not ready.
 *
 * Security groups in place of the controller's own rules: they are here to be read, by people and by policies.
 *
 * ### Cost
 * $16.43 a month and about $4.38 for its capacity units (one a month at gateway traffic); crossing zones inside the region $0.01 a GB each way.
 * (us-east-1, on demand, July 2026)
 */
export class GatewayLoadBalancer extends pulumi.ComponentResource {
    /** AWS's name of the balancer, which resolves to private addresses. */
    readonly dnsName: pulumi.Output<string>;
    /** Hosted zone of the balancer, for alias records. */
    readonly zoneId: pulumi.Output<string>;

    constructor(name: string, args: GatewayLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateGatewayLoadBalancer(args);
        if (issues.length > 0) throw new Error(`${name}: gateway balancer:\n- ${issues.join("\n- ")}`);
        super("drkit:index:GatewayLoadBalancer", name, {}, opts);
        const parent = { parent: this };

        const group = createSecurityGroup();
        const balancer = createBalancer();
        for (const endpoint of args.endpoints) createServer(endpoint);

        this.dnsName = balancer.dnsName;
        this.zoneId = balancer.zoneId;
        this.registerOutputs({ dnsName: this.dnsName });

        function createSecurityGroup() {
            const made = new aws.ec2.SecurityGroup(
                `${name}-balancer`,
                {
                    name: args.balancerName,
                    description: "NATS gateways: the VPCs of the other regions, and nobody else",
                    vpcId: args.vpcId,
                    tags: { Name: args.balancerName },
                },
                parent,
            );
            const ports = args.endpoints.map(({ port }) => port);
            for (const [region, cidrIpv4] of Object.entries(args.peerCidrs)) {
                new aws.vpc.SecurityGroupIngressRule(
                    `${name}-from-${region}`,
                    {
                        securityGroupId: made.id,
                        description: `gateways of ${region}`,
                        ipProtocol: "tcp",
                        fromPort: Math.min(...ports),
                        toPort: Math.max(...ports),
                        cidrIpv4,
                    },
                    parent,
                );
            }
            openToNodes("gateway", made.id, natsPorts.gateway);
            openToNodes("health", made.id, natsPorts.monitor);
            return made;
        }

        /** From the balancer to the pods, and into them. */
        function openToNodes(purpose: string, balancerGroupId: pulumi.Input<string>, port: number) {
            const rule = {
                description: `NATS ${purpose} of ${args.balancerName}`,
                ipProtocol: "tcp",
                fromPort: port,
                toPort: port,
            };
            new aws.vpc.SecurityGroupEgressRule(
                `${name}-${purpose}`,
                { ...rule, securityGroupId: balancerGroupId, referencedSecurityGroupId: args.nodeSecurityGroupId },
                parent,
            );
            new aws.vpc.SecurityGroupIngressRule(
                `${name}-${purpose}`,
                { ...rule, securityGroupId: args.nodeSecurityGroupId, referencedSecurityGroupId: balancerGroupId },
                parent,
            );
        }

        function createBalancer() {
            return new aws.lb.LoadBalancer(
                `${name}-balancer`,
                {
                    name: args.balancerName,
                    loadBalancerType: "network",
                    internal: true,
                    subnets: args.subnetIds,
                    securityGroups: [group.id],
                    // A server lives in one zone, and remotes come in by any.
                    enableCrossZoneLoadBalancing: true,
                    enableDeletionProtection: args.deletionProtection ?? true,
                },
                parent,
            );
        }

        function createServer({ server, port }: GatewayEndpoint) {
            const targets = createTargetGroup(server);
            const listener = createListener(server, port, targets);
            const service = createService(server);
            new kubernetes.apiextensions.CustomResource(
                `${name}-${server}`,
                {
                    apiVersion: "elbv2.k8s.aws/v1beta1",
                    kind: "TargetGroupBinding",
                    metadata: { name: serviceName(server), namespace: args.namespace },
                    spec: {
                        serviceRef: { name: service.metadata.name, port: natsPorts.gateway },
                        targetGroupARN: targets.arn,
                        targetType: "ip",
                        vpcID: args.vpcId,
                    },
                },
                { ...parent, dependsOn: [args.controller, listener] },
            );
        }

        function createTargetGroup(server: string) {
            return new aws.lb.TargetGroup(
                `${name}-${server}`,
                {
                    name: gatewayTargetGroup(args.balancerName, server),
                    vpcId: args.vpcId,
                    targetType: "ip",
                    protocol: "TCP",
                    port: natsPorts.gateway,
                    preserveClientIp: "false",
                    // A connection to a pod that is gone ends, and is dialled again, instead of hanging.
                    connectionTermination: true,
                    deregistrationDelay: 30,
                    healthCheck: {
                        protocol: "HTTP",
                        port: String(natsPorts.monitor),
                        path: "/healthz?js-server-only=true",
                        matcher: "200",
                        interval: 10,
                        healthyThreshold: 2,
                        unhealthyThreshold: 2,
                    },
                },
                parent,
            );
        }

        function createListener(server: string, port: number, targets: aws.lb.TargetGroup) {
            return new aws.lb.Listener(
                `${name}-${server}`,
                {
                    loadBalancerArn: balancer.arn,
                    port,
                    protocol: "TCP",
                    defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
                },
                parent,
            );
        }

        function createService(server: string) {
            return new kubernetes.core.v1.Service(
                `${name}-${server}`,
                {
                    metadata: {
                        name: serviceName(server),
                        namespace: args.namespace,
                        // It comes before its pod, for whose endpoint Pulumi would wait.
                        annotations: { "pulumi.com/skipAwait": "true" },
                    },
                    spec: {
                        type: "ClusterIP",
                        // Every StatefulSet labels its pods so, whoever made it.
                        selector: {
                            "statefulset.kubernetes.io/pod-name": `${args.statefulSet ?? "nats"}-${server.split("-").at(-1)}`,
                        },
                        publishNotReadyAddresses: true,
                        ports: [
                            {
                                name: "gateway",
                                port: natsPorts.gateway,
                                targetPort: natsPorts.gateway,
                                protocol: "TCP",
                            },
                        ],
                    },
                },
                parent,
            );
        }
    }
}

function serviceName(server: string): string {
    return `${server}-gateway`;
}
