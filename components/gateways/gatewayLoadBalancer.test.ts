import { describe, expect, it } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { fixtureSystem } from "../testing/fixtureSystem";
import { firstBalancerPort, gatewayEndpoints, gatewayPort, gatewayZone, mostServers } from "./gatewayAddresses";
import { GatewayLoadBalancer, type GatewayLoadBalancerArgs } from "./gatewayLoadBalancer";
import { validateGatewayLoadBalancer, type GatewayLoadBalancerPlan } from "./gatewayLoadBalancerRules";
import { GatewayNames, validateGatewayNames, type GatewayNamesArgs } from "./gatewayNames";
import { natsPorts } from "../nats/natsMember";
import { refusedDescriptions } from "../testing/ec2Text";
import { record } from "../testing/record";

const { primary, dr, witness } = fixtureSystem.regions;

const plan: GatewayLoadBalancerPlan = {
    balancerName: "atlas-dr-gateways",
    endpoints: gatewayEndpoints(fixtureSystem, dr),
    peerCidrs: { "eu-central-1": "10.40.0.0/16", "eu-west-3": "10.60.0.0/24" },
};

class Controller extends pulumi.CustomResource {
    constructor() {
        super("test:index:Controller", "controller", {});
    }
}

function build(more: Partial<GatewayLoadBalancerArgs> = {}) {
    return record(
        () =>
            new GatewayLoadBalancer("gateways", {
                ...plan,
                vpcId: "vpc-1",
                subnetIds: ["subnet-0", "subnet-1", "subnet-2"],
                nodeSecurityGroupId: "sg-nodes",
                namespace: "atlas-messaging",
                controller: new Controller(),
                ...more,
            }),
        {
            outputs: {
                "aws:lb/loadBalancer:LoadBalancer": () => ({
                    dnsName: "nlb.elb.eu-west-1.amazonaws.com",
                    zoneId: "ZNLB",
                }),
            },
        },
    );
}

describe("GatewayLoadBalancer", () => {
    it("has a listener, a target group, a Service and a binding for each server", async () => {
        expect((await build()).children).toEqual([
            "aws:ec2/securityGroup:SecurityGroup gateways-balancer",
            "aws:lb/listener:Listener gateways-nats-0",
            "aws:lb/listener:Listener gateways-nats-1",
            "aws:lb/listener:Listener gateways-nats-2",
            "aws:lb/listener:Listener gateways-nats-3",
            "aws:lb/listener:Listener gateways-nats-4",
            "aws:lb/loadBalancer:LoadBalancer gateways-balancer",
            "aws:lb/targetGroup:TargetGroup gateways-nats-0",
            "aws:lb/targetGroup:TargetGroup gateways-nats-1",
            "aws:lb/targetGroup:TargetGroup gateways-nats-2",
            "aws:lb/targetGroup:TargetGroup gateways-nats-3",
            "aws:lb/targetGroup:TargetGroup gateways-nats-4",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule gateways-gateway",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule gateways-health",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule gateways-from-eu-central-1",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule gateways-from-eu-west-3",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule gateways-gateway",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule gateways-health",
            "drkit:index:GatewayLoadBalancer gateways",
            "kubernetes:core/v1:Service gateways-nats-0",
            "kubernetes:core/v1:Service gateways-nats-1",
            "kubernetes:core/v1:Service gateways-nats-2",
            "kubernetes:core/v1:Service gateways-nats-3",
            "kubernetes:core/v1:Service gateways-nats-4",
            "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding gateways-nats-0",
            "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding gateways-nats-1",
            "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding gateways-nats-2",
            "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding gateways-nats-3",
            "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding gateways-nats-4",
            "test:index:Controller controller",
        ]);
    });

    it("describes its security groups in words that EC2 takes", async () => {
        expect(refusedDescriptions(await build())).toEqual([]);
    });

    it("is private, crosses zones and cannot be deleted by accident", async () => {
        expect((await build()).one("aws:lb/loadBalancer:LoadBalancer").inputs).toEqual({
            name: "atlas-dr-gateways",
            loadBalancerType: "network",
            internal: true,
            subnets: ["subnet-0", "subnet-1", "subnet-2"],
            securityGroups: ["gateways-balancer-id"],
            enableCrossZoneLoadBalancing: true,
            enableDeletionProtection: true,
        });
    });

    it("passes each listener's bytes to one server's gateway port", async () => {
        const recording = await build();
        expect(recording.one("aws:lb/listener:Listener", "gateways-nats-4").inputs).toEqual({
            loadBalancerArn: "arn:aws:mock:::gateways-balancer",
            port: 7224,
            protocol: "TCP",
            defaultActions: [{ type: "forward", targetGroupArn: "arn:aws:mock:::gateways-nats-4" }],
        });
        expect(recording.one("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", "gateways-nats-4").inputs).toEqual({
            apiVersion: "elbv2.k8s.aws/v1beta1",
            kind: "TargetGroupBinding",
            metadata: { name: "nats-4-gateway", namespace: "atlas-messaging" },
            spec: {
                serviceRef: { name: "nats-4-gateway", port: 7222 },
                targetGroupARN: "arn:aws:mock:::gateways-nats-4",
                targetType: "ip",
                vpcID: "vpc-1",
            },
        });
        expect(recording.one("kubernetes:core/v1:Service", "gateways-nats-4").inputs["spec"]).toEqual({
            type: "ClusterIP",
            selector: { "statefulset.kubernetes.io/pod-name": "nats-4" },
            publishNotReadyAddresses: true,
            ports: [{ name: "gateway", port: 7222, targetPort: 7222, protocol: "TCP" }],
        });
    });

    it("binds pods once the controller is there, and a listener: a target group without one reports no health", async () => {
        const recording = await build();
        for (const server of [0, 1, 2, 3, 4]) {
            expect(
                recording.dependencies(
                    "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",
                    `gateways-nats-${server}`,
                ),
            ).toEqual(
                expect.arrayContaining([
                    `aws:lb/listener:Listener gateways-nats-${server}`,
                    "test:index:Controller controller",
                ]),
            );
        }
    });

    it("finds the pods of a StatefulSet by another name", async () => {
        const services = (await build({ statefulSet: "queue" })).resources.filter(
            ({ type }) => type === "kubernetes:core/v1:Service",
        );
        expect(services.map(({ inputs }) => [inputs["metadata"].name, inputs["spec"].selector])).toEqual(
            [0, 1, 2, 3, 4].map((server) => [
                `nats-${server}-gateway`,
                { "statefulset.kubernetes.io/pod-name": `queue-${server}` },
            ]),
        );
    });

    it("asks for health without the meta leader, on the monitoring port", async () => {
        expect((await build()).one("aws:lb/targetGroup:TargetGroup", "gateways-nats-0").inputs).toEqual({
            name: "atlas-dr-gateways-0",
            vpcId: "vpc-1",
            targetType: "ip",
            protocol: "TCP",
            port: 7222,
            preserveClientIp: "false",
            connectionTermination: true,
            deregistrationDelay: 30,
            healthCheck: {
                protocol: "HTTP",
                port: "8222",
                path: "/healthz?js-server-only=true",
                matcher: "200",
                interval: 10,
                healthyThreshold: 2,
                unhealthyThreshold: 2,
            },
        });
    });

    it("lets in the other regions on its listeners, and itself to the pods on two ports", async () => {
        const recording = await build();
        const rules = recording.resources
            .filter(({ type }) => type.startsWith("aws:vpc/"))
            .map(({ type, inputs }) => {
                const way = type.includes("Ingress") ? "into" : "out of";
                const other = inputs["cidrIpv4"] ?? inputs["referencedSecurityGroupId"];
                return `${way} ${inputs["securityGroupId"]}: ${inputs["ipProtocol"]} ${inputs["fromPort"]}-${inputs["toPort"]} ${other}`;
            });
        expect(rules.sort()).toEqual([
            "into gateways-balancer-id: tcp 7220-7224 10.40.0.0/16",
            "into gateways-balancer-id: tcp 7220-7224 10.60.0.0/24",
            "into sg-nodes: tcp 7222-7222 gateways-balancer-id",
            "into sg-nodes: tcp 8222-8222 gateways-balancer-id",
            "out of gateways-balancer-id: tcp 7222-7222 sg-nodes",
            "out of gateways-balancer-id: tcp 8222-8222 sg-nodes",
        ]);
        // Inline rules and rule resources on one group would undo each other.
        expect(Object.keys(recording.one("aws:ec2/securityGroup:SecurityGroup").inputs).sort()).toEqual([
            "description",
            "name",
            "tags",
            "vpcId",
        ]);
    });

    it("fails with everything that is wrong", async () => {
        await expect(build({ balancerName: "x".repeat(33), peerCidrs: {} })).rejects.toThrow(
            /gateways: gateway balancer:\n- balancerName: .*\n- peerCidrs: empty/,
        );
    });
});

describe("validateGatewayLoadBalancer", () => {
    const endpoint = (index: number, port = firstBalancerPort + index) => ({
        server: `nats-${index}`,
        host: `nats-${index}.gw`,
        port,
    });

    it.each<[string, Partial<GatewayLoadBalancerPlan>, string]>([
        [
            "a name longer than AWS takes",
            { balancerName: "a".repeat(33) },
            "allowed are 1 to 32 letters, digits and single hyphens",
        ],
        ["a name that AWS keeps for itself", { balancerName: "internal-gateways" }, 'not beginning with "internal-"'],
        ["a name with a dot", { balancerName: "atlas.gateways" }, 'balancerName: "atlas.gateways" found'],
        ["no server", { endpoints: [] }, "endpoints: 0 found; allowed are 1 to 10, one a server"],
        [
            "more servers than ports",
            { endpoints: Array.from({ length: 11 }, (_, index) => endpoint(index)) },
            "endpoints: 11 found",
        ],
        [
            "an address that two servers share",
            { endpoints: [endpoint(0), endpoint(1, firstBalancerPort)] },
            "port 7220 of nats-1 is that of nats-0 as well",
        ],
        ["no peer", { peerCidrs: {} }, "peerCidrs: empty"],
        [
            "the whole internet as a peer",
            { peerCidrs: { "eu-central-1": "0.0.0.0/0" } },
            "peerCidrs.eu-central-1: 0.0.0.0/0 is wider than a VPC can be",
        ],
        [
            "a range that is none",
            { peerCidrs: { "eu-central-1": "10.40.0.0" } },
            'peerCidrs.eu-central-1: "10.40.0.0" found',
        ],
    ])("refuses %s", (_, more, message) => {
        const issues = validateGatewayLoadBalancer({ ...plan, ...more });
        expect(issues).toHaveLength(1);
        expect(issues[0]).toContain(message);
    });

    it("finds nothing wrong with either region of the profile", () => {
        for (const region of [primary, dr])
            expect(
                validateGatewayLoadBalancer({
                    ...plan,
                    endpoints: gatewayEndpoints(fixtureSystem, region, mostServers),
                }),
            ).toEqual([]);
    });
});

describe("the addresses of the gateways", () => {
    it("are one for each server of a region, and the witness's own port", () => {
        expect(gatewayEndpoints(fixtureSystem, primary)).toEqual([
            { server: "nats-0", host: "nats-0.gw.euc1.atlas.example", port: 7220 },
            { server: "nats-1", host: "nats-1.gw.euc1.atlas.example", port: 7221 },
            { server: "nats-2", host: "nats-2.gw.euc1.atlas.example", port: 7222 },
            { server: "nats-3", host: "nats-3.gw.euc1.atlas.example", port: 7223 },
            { server: "nats-4", host: "nats-4.gw.euc1.atlas.example", port: 7224 },
        ]);
        expect(gatewayEndpoints(fixtureSystem, witness)).toEqual([
            { server: "nats-0", host: "nats-0.gw.euw3.atlas.example", port: natsPorts.gateway },
        ]);
    });

    it("end in the server's number, so that a pod can put its own port together", () => {
        for (let server = 0; server < mostServers; server++)
            expect(String(gatewayPort(dr, server))).toBe(`722${server}`);
    });
});

describe("GatewayNames", () => {
    const names: GatewayNamesArgs = {
        zoneName: gatewayZone(fixtureSystem, dr),
        hosts: gatewayEndpoints(fixtureSystem, dr).map(({ host }) => host),
        target: { kind: "balancer", dnsName: "nlb.elb.eu-west-1.amazonaws.com", zoneId: "ZNLB" },
        vpc: { id: "vpc-dr", region: "eu-west-1" },
        peerVpcs: [{ id: "vpc-primary", region: "eu-central-1" }],
    };

    it("is a zone that its own and the peers' VPCs resolve, with a record for each server", async () => {
        const recording = await record(() => new GatewayNames("names", names));
        expect(recording.children).toEqual([
            "aws:route53/record:Record names-nats-0",
            "aws:route53/record:Record names-nats-1",
            "aws:route53/record:Record names-nats-2",
            "aws:route53/record:Record names-nats-3",
            "aws:route53/record:Record names-nats-4",
            "aws:route53/zone:Zone names-zone",
            "drkit:index:GatewayNames names",
        ]);
        expect(recording.one("aws:route53/zone:Zone").inputs).toEqual({
            name: "gw.euw1.atlas.example",
            comment: "NATS gateways, resolved in the peered VPCs only",
            vpcs: [
                { vpcId: "vpc-dr", vpcRegion: "eu-west-1" },
                { vpcId: "vpc-primary", vpcRegion: "eu-central-1" },
            ],
        });
        expect(recording.one("aws:route53/record:Record", "names-nats-1").inputs).toMatchObject({
            name: "nats-1.gw.euw1.atlas.example",
            type: "A",
            aliases: [{ name: "nlb.elb.eu-west-1.amazonaws.com", zoneId: "ZNLB", evaluateTargetHealth: false }],
        });
    });

    it("leads to an address where there is no balancer", async () => {
        const target = { kind: "address", address: "10.60.0.10" } as const;
        const recording = await record(
            () =>
                new GatewayNames("names", {
                    ...names,
                    zoneName: "gw.euw3.atlas.example",
                    hosts: ["nats-0.gw.euw3.atlas.example"],
                    target,
                }),
        );
        expect(recording.one("aws:route53/record:Record").inputs).toMatchObject({ ttl: 60, records: ["10.60.0.10"] });
    });

    it.each([
        [[], "hosts: empty"],
        [["nats-0.gw.euc1.atlas.example"], "allowed are names inside the zone gw.euw1.atlas.example"],
    ])("refuses the hosts %j", (hosts, message) => {
        expect(validateGatewayNames({ zoneName: "gw.euw1.atlas.example", hosts })).toEqual([
            expect.stringContaining(message),
        ]);
    });
});
