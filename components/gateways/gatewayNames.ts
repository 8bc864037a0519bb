import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Where a gateway host leads. */
export type GatewayTarget =
    | { readonly kind: "balancer"; readonly dnsName: pulumi.Input<string>; readonly zoneId: pulumi.Input<string> }
    | { readonly kind: "address"; readonly address: pulumi.Input<string> };

export interface GatewayNamesArgs {
    /** The private zone: "gw.usw2.example.com" (`gatewayZone`). */
    readonly zoneName: string;
    /** Hosts inside the zone (`gatewayEndpoints`). */
    readonly hosts: readonly string[];
    readonly target: GatewayTarget;
    readonly vpc: { readonly id: pulumi.Input<string>; readonly region: string };
    /** VPCs of the same account that resolve the names as well: those of the peers. */
    readonly peerVpcs: readonly { readonly id: pulumi.Input<string>; readonly region: string }[];
}

/**
 * The names of one region's gateways, in a private zone that the region's own stack makes and that its own and the peers' VPCs
 * resolve. The names come from the profile, so the other members' configuration is complete before this region exists.
 *
 * Records never change when pods move: they lead to the balancer, or to the witness's fixed address. Nothing here has to be
 * written on the day of a failover.
 *
 * ### Cost
 * $0.50 a month for the zone; queries of aliases are free, others $0.40 a million.
 */
export class GatewayNames extends pulumi.ComponentResource {
    readonly zoneId: pulumi.Output<string>;

    constructor(name: string, args: GatewayNamesArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateGatewayNames(args);
        if (issues.length > 0) throw new Error(`${name}: gateway names:\n- ${issues.join("\n- ")}`);
        super("drkit:index:GatewayNames", name, {}, opts);
        const parent = { parent: this };

        const zone = new aws.route53.Zone(
            `${name}-zone`,
            {
                name: args.zoneName,
                comment: "NATS gateways, resolved in the peered VPCs only",
                vpcs: [args.vpc, ...args.peerVpcs].map(({ id, region }) => ({ vpcId: id, vpcRegion: region })),
            },
            parent,
        );
        for (const host of args.hosts) {
            new aws.route53.Record(
                `${name}-${host.split(".")[0]}`,
                { zoneId: zone.zoneId, name: host, type: "A", ...contentOf(args.target) },
                parent,
            );
        }

        this.zoneId = zone.zoneId;
        this.registerOutputs({ zoneId: this.zoneId });
    }
}

/** What is wrong with the names; empty if nothing is. */
export function validateGatewayNames({ zoneName, hosts }: Pick<GatewayNamesArgs, "zoneName" | "hosts">): string[] {
    return [
        ...(hosts.length > 0 ? [] : ["hosts: empty; name the hosts that the region's servers advertise"]),
        ...hosts
            .filter((host) => !host.endsWith(`.${zoneName}`))
            .map((host) => `hosts: "${host}" found; allowed are names inside the zone ${zoneName}`),
    ];
}

function contentOf(target: GatewayTarget) {
    if (target.kind === "address") return { ttl: 60, records: [target.address] };
    // Not by health: a balancer whose servers are all down still has to resolve, so that dialling fails fast and is tried again.
    return { aliases: [{ name: target.dnsName, zoneId: target.zoneId, evaluateTargetHealth: false }] };
}
