import { describe, expect, it } from "vitest";
import { record } from "../testing/record";
import { RegionNetwork, validateRegionNetwork, type RegionNetworkArgs } from "./regionNetwork";

const args: RegionNetworkArgs = { networkName: "atlas-dr", region: "eu-west-1", cidr: "10.50.0.0/16" };

function build(more: Partial<RegionNetworkArgs> = {}) {
    return record(() => new RegionNetwork("network", { ...args, ...more }), {
        invokes: {
            "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({
                names: ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"],
            }),
            "aws:ssm/getParameter:getParameter": () => ({ value: "ami-1" }),
        },
        outputs: { "aws:ec2/instance:Instance": () => ({ primaryNetworkInterfaceId: "eni-1" }) },
    });
}

const withoutNat = [
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup network-closed",
    "aws:ec2/internetGateway:InternetGateway network-internet",
    "aws:ec2/route:Route network-private-0-internet",
    "aws:ec2/route:Route network-private-1-internet",
    "aws:ec2/route:Route network-private-2-internet",
    "aws:ec2/route:Route network-public-internet",
    "aws:ec2/routeTable:RouteTable network-private-0",
    "aws:ec2/routeTable:RouteTable network-private-1",
    "aws:ec2/routeTable:RouteTable network-private-2",
    "aws:ec2/routeTable:RouteTable network-public",
    "aws:ec2/routeTableAssociation:RouteTableAssociation network-private-0",
    "aws:ec2/routeTableAssociation:RouteTableAssociation network-private-1",
    "aws:ec2/routeTableAssociation:RouteTableAssociation network-private-2",
    "aws:ec2/routeTableAssociation:RouteTableAssociation network-public-0",
    "aws:ec2/routeTableAssociation:RouteTableAssociation network-public-1",
    "aws:ec2/routeTableAssociation:RouteTableAssociation network-public-2",
    "aws:ec2/subnet:Subnet network-private-0",
    "aws:ec2/subnet:Subnet network-private-1",
    "aws:ec2/subnet:Subnet network-private-2",
    "aws:ec2/subnet:Subnet network-public-0",
    "aws:ec2/subnet:Subnet network-public-1",
    "aws:ec2/subnet:Subnet network-public-2",
    "aws:ec2/vpc:Vpc network-vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint network-s3",
    "drkit:index:RegionNetwork network",
];

describe("RegionNetwork", () => {
    it("has three zones, one NAT gateway and an endpoint for S3 by default", async () => {
        const recording = await build();
        expect(recording.children).toEqual(
            [...withoutNat, "aws:ec2/eip:Eip network-nat-0", "aws:ec2/natGateway:NatGateway network-nat-0"].sort(),
        );
        expect(recording.one("aws:ec2/vpc:Vpc").inputs).toEqual({
            cidrBlock: "10.50.0.0/16",
            enableDnsSupport: true,
            enableDnsHostnames: true,
            tags: { Name: "atlas-dr" },
        });
        expect(recording.one("aws:ec2/vpcEndpoint:VpcEndpoint").inputs).toEqual({
            vpcId: "network-vpc-id",
            vpcEndpointType: "Gateway",
            serviceName: "com.amazonaws.eu-west-1.s3",
            routeTableIds: ["network-private-0-id", "network-private-1-id", "network-private-2-id"],
            tags: { Name: "atlas-dr-s3" },
        });
    });

    it("divides the range into a private quarter and a public sixteenth a zone", async () => {
        const subnets = (await build()).resources.filter((resource) => resource.type === "aws:ec2/subnet:Subnet");
        expect(
            subnets.map(({ name, inputs }) => [name, inputs["availabilityZone"], inputs["cidrBlock"]]).sort(),
        ).toEqual([
            ["network-private-0", "eu-west-1a", "10.50.0.0/18"],
            ["network-private-1", "eu-west-1b", "10.50.64.0/18"],
            ["network-private-2", "eu-west-1c", "10.50.128.0/18"],
            ["network-public-0", "eu-west-1a", "10.50.192.0/20"],
            ["network-public-1", "eu-west-1b", "10.50.208.0/20"],
            ["network-public-2", "eu-west-1c", "10.50.224.0/20"],
        ]);
        expect(subnets.find(({ name }) => name === "network-private-0")?.inputs["tags"]).toEqual({
            Name: "atlas-dr-private-0",
            "kubernetes.io/role/internal-elb": "1",
        });
        expect(subnets.every(({ inputs }) => inputs["mapPublicIpOnLaunch"] === undefined)).toBe(true);
    });

    it("leaves the default security group without a rule", async () => {
        const { inputs } = (await build()).one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
        expect(inputs).toEqual({ vpcId: "network-vpc-id", tags: { Name: "atlas-dr-closed" } });
    });

    it("gives each zone its own exit with a gateway per zone", async () => {
        const recording = await build({ nat: "gateway-per-zone" });
        expect(
            [0, 1, 2].map(
                (zone) =>
                    recording.one("aws:ec2/route:Route", `network-private-${zone}-internet`).inputs["natGatewayId"],
            ),
        ).toEqual(["network-nat-0-id", "network-nat-1-id", "network-nat-2-id"]);
    });

    it("sends all zones through one instance that forwards, and makes no gateway, with a NAT instance", async () => {
        const recording = await build({ nat: "instance" });
        expect(recording.children).toEqual(
            [
                ...withoutNat,
                "aws:ec2/instance:Instance network-nat",
                "aws:ec2/securityGroup:SecurityGroup network-nat",
            ].sort(),
        );
        const { inputs } = recording.one("aws:ec2/instance:Instance");
        expect(inputs).toMatchObject({
            ami: "ami-1",
            instanceType: "t4g.nano",
            sourceDestCheck: false,
            subnetId: "network-public-0-id",
        });
        expect(recording.one("aws:ec2/route:Route", "network-private-2-internet").inputs["networkInterfaceId"]).toBe(
            "eni-1",
        );
    });

    it("starts its NAT in a network that has a way out", async () => {
        expect((await build()).dependencies("aws:ec2/natGateway:NatGateway")).toContain(
            "aws:ec2/internetGateway:InternetGateway network-internet",
        );
        expect((await build({ nat: "instance" })).dependencies("aws:ec2/instance:Instance")).toContain(
            "aws:ec2/route:Route network-public-internet",
        );
    });

    it("keeps flow logs for 14 days if asked to", async () => {
        const recording = await build({ flowLogs: true });
        expect(recording.one("aws:cloudwatch/logGroup:LogGroup").inputs).toEqual({
            name: "/atlas-dr/flow-logs",
            retentionInDays: 14,
        });
        expect(recording.one("aws:ec2/flowLog:FlowLog").inputs).toMatchObject({
            vpcId: "network-vpc-id",
            trafficType: "ALL",
        });
    });

    it.each(["10.20.0.0/15", "10.20.0.0/25", "10.20.0.1/16", "8.8.0.0/16", "x"])(
        "fails before anything is registered on the range %s",
        async (cidr) => {
            await expect(build({ cidr })).rejects.toThrow(
                `cidr: "${cidr}" found; allowed is a private range (RFC 1918) from /16 to /24`,
            );
            expect(validateRegionNetwork({ cidr })).toHaveLength(1);
        },
    );
});
