import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { formatCidr, isPrivate, parseCidr, vpcPrefixes, zoneSubnets, type ZoneSubnets } from "../model/cidr";
import { trustOf } from "../cluster/trustPolicy";
import { natInstanceUserData } from "./regionNetworkNat";
import { physicalName } from "../model/nameLimits";

export interface RegionNetworkArgs {
    /** Name of the VPC and prefix of what is in it: "shop-primary". */
    readonly networkName: string;
    /** AWS's name of the region. */
    readonly region: string;
    /** Range of the VPC, private, /16 to /24; disjoint from every network it will be peered with. */
    readonly cidr: string;
    /**
     * How private subnets reach the internet. A gateway is $32.85 a month plus $0.045 a GB; "gateway-per-zone" is three of
     * them, so that no zone depends on another. An instance (t4g.nano) is $3.07 plus $3.65 for its address, and a single point
     * of failure: fair in a standby.
     * @default "gateway"
     */
    readonly nat?: "gateway" | "gateway-per-zone" | "instance";
    /** Records of all connections, kept 14 days in CloudWatch Logs ($0.50 a GB). @default false */
    readonly flowLogs?: boolean;
}

/** Availability zones (by id) in which EKS cannot put a control plane (AWS documentation). */
const zonesWithoutEks = ["use1-az3", "usw1-az2", "cac1-az3"];
const zoneIndices = [0, 1, 2] as const;
const anywhere = "0.0.0.0/0";

/** What is wrong with the arguments, all at once; empty if nothing is. */
export function validateRegionNetwork({ cidr }: Pick<RegionNetworkArgs, "cidr">): string[] {
    const range = parseCidr(cidr);
    const { shortest, longest } = vpcPrefixes;
    if (range && isPrivate(range) && range.prefix >= shortest && range.prefix <= longest) return [];
    return [
        `cidr: ${JSON.stringify(cidr)} found; allowed is a private range (RFC 1918) from /${shortest} to /${longest}, such as 10.20.0.0/16`,
    ];
}

/**
 * The network of one region: a VPC over three availability zones, each with a private subnet (nodes, pods) and a public one
 * (load balancers, NAT). Subnets are divided from the VPC's range always in the same way (`zoneSubnets`), S3 is reached
 * without NAT, and the default security group lets nothing through.
 *
 * Each zone's private subnet has a route table of its own, to which peerings add their routes.
 *
 * ### Cost
 * VPC, subnets and the S3 endpoint: none. NAT: see `nat`, plus $3.65 a month for each public address.
 * (us-east-1 and us-west-2, on demand, July 2026)
 */
export class RegionNetwork extends pulumi.ComponentResource {
    readonly vpcId: pulumi.Output<string>;
    /** Range of the VPC. */
    readonly cidr: string;
    /** One a zone, in the order of the zones. */
    readonly privateSubnetIds: pulumi.Output<string>[];
    readonly publicSubnetIds: pulumi.Output<string>[];
    /** Route tables of the private subnets, one a zone; a peering adds a route to each. */
    readonly privateRouteTableIds: pulumi.Output<string>[];
    /** Routes out: whatever needs the internet from a private subnet depends on these. */
    readonly ready: pulumi.Resource[];

    constructor(name: string, args: RegionNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateRegionNetwork(args);
        if (issues.length > 0) throw new Error(`${name}: network of ${args.region}:\n- ${issues.join("\n- ")}`);
        super("drkit:index:RegionNetwork", name, {}, opts);
        const parent = { parent: this };
        const { networkName } = args;
        const named = (what: string) => ({ Name: `${networkName}-${what}` });

        const zones = findZones();
        const vpc = createVpc();
        const internet = createInternetGateway();
        const publicSubnets = createPublicSubnets();
        const publicRoutes = createPublicRoutes();
        const privateSubnets = createPrivateSubnets();
        const privateTables = createPrivateRouteTables();
        const privateRoutes = createNat();
        createS3Endpoint();
        if (args.flowLogs) createFlowLogs();

        this.vpcId = vpc.id;
        this.cidr = args.cidr;
        this.publicSubnetIds = publicSubnets.map((subnet) => subnet.id);
        this.privateSubnetIds = privateSubnets.map((subnet) => subnet.id);
        this.privateRouteTableIds = privateTables.map((table) => table.id);
        this.ready = [publicRoutes, ...privateRoutes];
        this.registerOutputs({ vpcId: this.vpcId });

        function findZones() {
            return aws.getAvailabilityZonesOutput(
                {
                    state: "available",
                    // Local zones are opted into, and have no EKS.
                    filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
                    excludeZoneIds: zonesWithoutEks,
                },
                parent,
            ).names;
        }

        function createVpc() {
            const created = new aws.ec2.Vpc(
                `${name}-vpc`,
                { cidrBlock: args.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: { Name: networkName } },
                parent,
            );
            // Without rules: whatever forgets its own security group talks to nobody.
            new aws.ec2.DefaultSecurityGroup(`${name}-closed`, { vpcId: created.id, tags: named("closed") }, parent);
            return created;
        }

        function createInternetGateway() {
            return new aws.ec2.InternetGateway(`${name}-internet`, { vpcId: vpc.id, tags: named("internet") }, parent);
        }

        function createPublicSubnets() {
            return createSubnets("public", "kubernetes.io/role/elb");
        }

        function createPrivateSubnets() {
            return createSubnets("private", "kubernetes.io/role/internal-elb");
        }

        /** `balancerTag` tells the load balancer controller which subnets are for which kind of balancer. */
        function createSubnets(kind: keyof ZoneSubnets, balancerTag: string) {
            const ranges = zoneSubnets(parseCidr(args.cidr)!);
            return zoneIndices.map(
                (index) =>
                    new aws.ec2.Subnet(
                        `${name}-${kind}-${index}`,
                        {
                            vpcId: vpc.id,
                            availabilityZone: zones[index]!,
                            cidrBlock: formatCidr(ranges[index][kind]),
                            tags: { ...named(`${kind}-${index}`), [balancerTag]: "1" },
                        },
                        // A zone that AWS adds later may change the list; a subnet never moves for that.
                        { ...parent, ignoreChanges: ["availabilityZone"] },
                    ),
            );
        }

        function createPublicRoutes() {
            const table = new aws.ec2.RouteTable(`${name}-public`, { vpcId: vpc.id, tags: named("public") }, parent);
            publicSubnets.forEach((subnet, index) => {
                new aws.ec2.RouteTableAssociation(
                    `${name}-public-${index}`,
                    { routeTableId: table.id, subnetId: subnet.id },
                    parent,
                );
            });
            return new aws.ec2.Route(
                `${name}-public-internet`,
                { routeTableId: table.id, destinationCidrBlock: anywhere, gatewayId: internet.id },
                parent,
            );
        }

        function createPrivateRouteTables() {
            return privateSubnets.map((subnet, index) => {
                const table = new aws.ec2.RouteTable(
                    `${name}-private-${index}`,
                    { vpcId: vpc.id, tags: named(`private-${index}`) },
                    parent,
                );
                new aws.ec2.RouteTableAssociation(
                    `${name}-private-${index}`,
                    { routeTableId: table.id, subnetId: subnet.id },
                    parent,
                );
                return table;
            });
        }

        function createNat() {
            const nat = args.nat ?? "gateway";
            const exits =
                nat === "instance"
                    ? [{ networkInterfaceId: createNatInstance() }]
                    : zoneIndices
                          .slice(0, nat === "gateway" ? 1 : 3)
                          .map((index) => ({ natGatewayId: createNatGateway(index) }));
            return privateTables.map(
                (table, index) =>
                    new aws.ec2.Route(
                        `${name}-private-${index}-internet`,
                        { routeTableId: table.id, destinationCidrBlock: anywhere, ...(exits[index] ?? exits[0]) },
                        parent,
                    ),
            );
        }

        function createNatGateway(index: number) {
            const address = new aws.ec2.Eip(
                `${name}-nat-${index}`,
                { domain: "vpc", tags: named(`nat-${index}`) },
                parent,
            );
            return new aws.ec2.NatGateway(
                `${name}-nat-${index}`,
                { subnetId: publicSubnets[index]!.id, allocationId: address.id, tags: named(`nat-${index}`) },
                { ...parent, dependsOn: [internet] },
            ).id;
        }

        function createNatInstance() {
            const group = new aws.ec2.SecurityGroup(
                `${name}-nat`,
                {
                    name: `${networkName}-nat`,
                    description: "NAT instance: takes what the VPC sends out",
                    vpcId: vpc.id,
                    ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [args.cidr] }],
                    egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [anywhere] }],
                    tags: named("nat"),
                },
                parent,
            );
            const image = aws.ssm.getParameterOutput(
                { name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64" },
                parent,
            );
            const instance = new aws.ec2.Instance(
                `${name}-nat`,
                {
                    ami: image.value,
                    instanceType: "t4g.nano",
                    subnetId: publicSubnets[0]!.id,
                    vpcSecurityGroupIds: [group.id],
                    associatePublicIpAddress: true,
                    sourceDestCheck: false,
                    metadataOptions: { httpTokens: "required" },
                    rootBlockDevice: { encrypted: true, volumeType: "gp3" },
                    userData: natInstanceUserData,
                    tags: named("nat"),
                },
                // A newer image is no reason to cut every connection: replace it in a window, on purpose.
                { ...parent, dependsOn: [publicRoutes], ignoreChanges: ["ami"] },
            );
            return instance.primaryNetworkInterfaceId;
        }

        function createS3Endpoint() {
            new aws.ec2.VpcEndpoint(
                `${name}-s3`,
                {
                    vpcId: vpc.id,
                    vpcEndpointType: "Gateway",
                    serviceName: `com.amazonaws.${args.region}.s3`,
                    routeTableIds: privateTables.map((table) => table.id),
                    tags: named("s3"),
                },
                parent,
            );
        }

        function createFlowLogs() {
            const group = new aws.cloudwatch.LogGroup(
                `${name}-flow-logs`,
                { name: `/${networkName}/flow-logs`, retentionInDays: 14 },
                parent,
            );
            const role = new aws.iam.Role(
                `${name}-flow-logs`,
                {
                    name: physicalName("IAM role", [networkName, "flow-logs"]),
                    assumeRolePolicy: trustOf("vpc-flow-logs.amazonaws.com"),
                },
                parent,
            );
            const policy = new aws.iam.RolePolicy(
                `${name}-flow-logs`,
                {
                    name: "write",
                    role: role.name,
                    policy: pulumi.jsonStringify({
                        Version: "2012-10-17",
                        Statement: [
                            {
                                Effect: "Allow",
                                Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                                Resource: pulumi.interpolate`${group.arn}:*`,
                            },
                        ],
                    }),
                },
                parent,
            );
            new aws.ec2.FlowLog(
                `${name}-flow-logs`,
                {
                    vpcId: vpc.id,
                    trafficType: "ALL",
                    logDestination: group.arn,
                    iamRoleArn: role.arn,
                    tags: named("flow-logs"),
                },
                { ...parent, dependsOn: [policy] },
            );
        }
    }
}
