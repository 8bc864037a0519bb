import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { formatCidr, parseCidr, zoneSubnets, type Cidr } from "../model/cidr";
import { validateRegionNetwork } from "../network/regionNetwork";

export interface NatsWitnessNetworkArgs {
    /** Name of the VPC and prefix of what is in it: "shop-witness". */
    readonly networkName: string;
    /** AWS's name of the region. */
    readonly region: string;
    /** Range of the VPC, private, /16 to /24; disjoint from the regions'. */
    readonly cidr: string;
}

/** The witness's address for the life of the system: the tenth of its subnet, so that its name never has to change. */
export function witnessAddress(cidr: string): string {
    const subnet = witnessSubnet(cidr);
    return formatCidr({ first: subnet.first + 10, prefix: 32 }).split("/")[0]!;
}

/** Where in the VPC's range the witness's subnet is. */
function witnessSubnet(cidr: string): Cidr {
    const range = parseCidr(cidr);
    if (!range) throw new Error(`cidr: ${JSON.stringify(cidr)} found; allowed is a range such as 10.30.0.0/24`);
    return zoneSubnets(range)[0].private;
}

/**
 * The network of the witness, and no more than one small server needs: one subnet in one zone, because its volume lives in one
 * zone, and an internet gateway, through which the server goes out and nobody comes in. A `RegionNetwork` would add a NAT of $7
 * to $33 a month for a machine that costs $6.
 *
 * ### Cost
 * None; the server's public address is with `NatsWitness`.
 */
export class NatsWitnessNetwork extends pulumi.ComponentResource {
    readonly vpcId: pulumi.Output<string>;
    readonly cidr: string;
    readonly subnetId: pulumi.Output<string>;
    /** The subnet's availability zone. */
    readonly zone: pulumi.Output<string>;
    /** Route tables that a peering adds its routes to. */
    readonly routeTableIds: pulumi.Output<string>[];
    /** The route out: whatever needs the internet at its first boot depends on it. */
    readonly ready: pulumi.Resource[];

    constructor(name: string, args: NatsWitnessNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateRegionNetwork(args);
        if (issues.length > 0) throw new Error(`${name}: network of ${args.region}:\n- ${issues.join("\n- ")}`);
        super("drkit:index:NatsWitnessNetwork", name, {}, opts);
        const parent = { parent: this };
        const tags = { Name: args.networkName };

        const vpc = createVpc();
        const internet = new aws.ec2.InternetGateway(`${name}-internet`, { vpcId: vpc.id, tags }, parent);
        const subnet = createSubnet();
        const table = new aws.ec2.RouteTable(`${name}-routes`, { vpcId: vpc.id, tags }, parent);
        const association = new aws.ec2.RouteTableAssociation(
            `${name}-routes`,
            { routeTableId: table.id, subnetId: subnet.id },
            parent,
        );
        const wayOut = new aws.ec2.Route(
            `${name}-internet`,
            { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id },
            parent,
        );

        this.vpcId = vpc.id;
        this.cidr = args.cidr;
        this.subnetId = subnet.id;
        this.zone = subnet.availabilityZone;
        this.routeTableIds = [table.id];
        this.ready = [wayOut, association];
        this.registerOutputs({ vpcId: this.vpcId });

        function createVpc() {
            const made = new aws.ec2.Vpc(
                `${name}-vpc`,
                { cidrBlock: args.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags },
                parent,
            );
            new aws.ec2.DefaultSecurityGroup(`${name}-closed`, { vpcId: made.id, tags }, parent);
            return made;
        }

        function createSubnet() {
            const zones = aws.getAvailabilityZonesOutput(
                { state: "available", filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }] },
                parent,
            ).names;
            return new aws.ec2.Subnet(
                `${name}-subnet`,
                { vpcId: vpc.id, availabilityZone: zones[0]!, cidrBlock: formatCidr(witnessSubnet(args.cidr)), tags },
                // A zone that AWS adds later may change the list; a subnet never moves for that, and the disk cannot follow.
                { ...parent, ignoreChanges: ["availabilityZone"] },
            );
        }
    }
}
