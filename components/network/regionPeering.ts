import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { validateNoOverlap } from "./regionPeeringRules";

interface PeeringSideArgs {
    /** Name tag of the connection on this side: "shop-dr-to-primary". */
    readonly peeringName: string;
    /** AWS's name of this side's region, for messages. */
    readonly region: string;
    /** Range of this side's VPC. */
    readonly cidr: string;
    /** The other side's region and range. */
    readonly peer: { readonly region: string; readonly cidr: string };
    /** Every route table of a subnet that talks to the peer; each gets a route. */
    readonly routeTableIds: readonly pulumi.Input<string>[];
    /**
     * Whether the peer resolves this side's public EC2 host names to private addresses. AWS allows it on an active connection
     * only, so the requesting side may turn it on after the other one has accepted. The gateways do without: their names have
     * private addresses in the first place.
     * @default false
     */
    readonly dnsResolution?: boolean;
}

export interface RegionPeeringRequestArgs extends PeeringSideArgs {
    readonly vpcId: pulumi.Input<string>;
    readonly peer: PeeringSideArgs["peer"] & { readonly vpcId: pulumi.Input<string> };
}

/**
 * This side of a peering between two regions' VPCs, asked for here and accepted by the other region's stack
 * (`RegionPeeringAcceptance`), because a stack touches its own region only.
 *
 * The routes are made at once: until the other side accepts they lead nowhere and harm nobody. A route lets nothing in: the only
 * security groups that name a peer's range are those of the gateways (`GatewayLoadBalancer`, `NatsWitness`), for their ports.
 *
 * ### Cost
 * None but transfer: $0.02 a GB between regions, $0.01 between us-east-1 and us-east-2.
 */
export class RegionPeeringRequest extends pulumi.ComponentResource {
    /** AWS's id of the connection; the accepting stack takes it as an output. */
    readonly connectionId: pulumi.Output<string>;

    constructor(name: string, args: RegionPeeringRequestArgs, opts?: pulumi.ComponentResourceOptions) {
        refuseOverlap(name, args);
        super("drkit:index:RegionPeeringRequest", name, {}, opts);
        const parent = { parent: this };

        const connection = new aws.ec2.VpcPeeringConnection(
            `${name}-connection`,
            {
                vpcId: args.vpcId,
                peerVpcId: args.peer.vpcId,
                peerRegion: args.peer.region,
                // Between regions AWS lets nobody accept for the other side.
                autoAccept: false,
                tags: { Name: args.peeringName },
            },
            parent,
        );
        createRoutes(name, args, connection.id, parent);
        if (args.dnsResolution) createDnsOption(name, "requester", connection.id, parent);

        this.connectionId = connection.id;
        this.registerOutputs({ connectionId: this.connectionId });
    }
}

export interface RegionPeeringAcceptanceArgs extends PeeringSideArgs {
    /** The connection that the other region's stack asked for. */
    readonly connectionId: pulumi.Input<string>;
}

/**
 * The accepting side of a peering that another region's stack asked for (`RegionPeeringRequest`).
 *
 * ### Cost
 * None; see the request.
 */
export class RegionPeeringAcceptance extends pulumi.ComponentResource {
    constructor(name: string, args: RegionPeeringAcceptanceArgs, opts?: pulumi.ComponentResourceOptions) {
        refuseOverlap(name, args);
        super("drkit:index:RegionPeeringAcceptance", name, {}, opts);
        const parent = { parent: this };

        const acceptance = new aws.ec2.VpcPeeringConnectionAccepter(
            `${name}-connection`,
            { vpcPeeringConnectionId: args.connectionId, autoAccept: true, tags: { Name: args.peeringName } },
            parent,
        );
        createRoutes(name, args, acceptance.id, parent);
        if (args.dnsResolution) createDnsOption(name, "accepter", acceptance.id, parent);

        this.registerOutputs({});
    }
}

function refuseOverlap(name: string, { region, cidr, peer }: PeeringSideArgs): void {
    const issues = validateNoOverlap([
        { owner: region, cidr },
        { owner: peer.region, cidr: peer.cidr },
    ]);
    if (issues.length > 0)
        throw new Error(`${name}: peering of ${region} with ${peer.region}:\n- ${issues.join("\n- ")}`);
}

/** One route a table: the connection serves every zone. */
function createRoutes(
    name: string,
    args: PeeringSideArgs,
    connectionId: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
): void {
    args.routeTableIds.forEach((routeTableId, index) => {
        new aws.ec2.Route(
            `${name}-route-${index}`,
            { routeTableId, destinationCidrBlock: args.peer.cidr, vpcPeeringConnectionId: connectionId },
            opts,
        );
    });
}

function createDnsOption(
    name: string,
    side: "requester" | "accepter",
    connectionId: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
): void {
    new aws.ec2.PeeringConnectionOptions(
        `${name}-options`,
        { vpcPeeringConnectionId: connectionId, [side]: { allowRemoteVpcDnsResolution: true } },
        opts,
    );
}
