import { parseCidr } from "../model/cidr";
import { mostServers, type GatewayEndpoint } from "./gatewayAddresses";
import { nameLimits, physicalName } from "../model/nameLimits";

/** Name of the target group behind a balancer that leads to one server, such as "nats-0". */
export function gatewayTargetGroup(balancerName: string, server: string): string {
    return physicalName("target group", [balancerName, server.split("-").at(-1)!]);
}

/** What the rules look at: plain values. */
export interface GatewayLoadBalancerPlan {
    readonly balancerName: string;
    readonly endpoints: readonly GatewayEndpoint[];
    readonly peerCidrs: Readonly<Record<string, string>>;
}

/** What is wrong with a gateway balancer's settings, all at once; empty if nothing is. */
export function validateGatewayLoadBalancer({ balancerName, endpoints, peerCidrs }: GatewayLoadBalancerPlan): string[] {
    const issues: string[] = [];
    if (
        !/^[A-Za-z0-9](-?[A-Za-z0-9])*$/.test(balancerName) ||
        balancerName.length > nameLimits["load balancer"] ||
        balancerName.startsWith("internal-")
    ) {
        issues.push(
            `balancerName: "${balancerName}" found; allowed are 1 to 32 letters, digits and single hyphens, not beginning with "internal-"`,
        );
    }
    if (endpoints.length < 1 || endpoints.length > mostServers) {
        issues.push(`endpoints: ${endpoints.length} found; allowed are 1 to ${mostServers}, one a server`);
    }
    const owners = new Map<number, string>();
    for (const { server, port } of endpoints) {
        const owner = owners.get(port);
        if (owner !== undefined)
            issues.push(
                `endpoints: port ${port} of ${server} is that of ${owner} as well; every server needs an address of its own`,
            );
        owners.set(port, server);
    }
    if (Object.keys(peerCidrs).length === 0)
        issues.push("peerCidrs: empty; name the ranges of the regions whose gateways connect");
    for (const [region, cidr] of Object.entries(peerCidrs)) {
        const parsed = parseCidr(cidr);
        if (!parsed) issues.push(`peerCidrs.${region}: "${cidr}" found; allowed is a range such as 10.20.0.0/16`);
        else if (parsed.prefix < 16)
            issues.push(
                `peerCidrs.${region}: ${cidr} is wider than a VPC can be; allowed is the range of that region's VPC, /16 or narrower`,
            );
    }
    return issues;
}
