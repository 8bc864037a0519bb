import type { RegionProfile } from "../model/profile";
import { gatewayHost, memberSize, natsPorts, type GatewayDomain } from "../nats/natsMember";

/**
 * Listener of the first server on a region's gateway balancer; server 1 has the next one, and so on. One balancer with a port
 * a server, not a balancer a server: two more cost $33 a month in each region (July 2026). Host and port together are the
 * address of exactly one server, as `advertise` wants it.
 *
 * The last digit is the server's number, so that Kubernetes can put a pod's own port together (`$(…)` cannot add), which
 * leaves room for 10 servers. Pods and witness themselves listen on 7222.
 */
export const firstBalancerPort = 7220;

/** The most servers that one balancer can tell apart. */
export const mostServers = 10;

/** Port under which a region's server is reached from the other regions: the witness's own, or its listener on the balancer. */
export function gatewayPort(region: Pick<RegionProfile, "role">, server: number): number {
    return region.role === "witness" ? natsPorts.gateway : firstBalancerPort + server;
}

/** A server as the other regions reach it. */
export interface GatewayEndpoint {
    /** The pod, or "nats-0" for the witness. */
    readonly server: string;
    readonly host: string;
    readonly port: number;
}

/** The servers of a region as the other regions reach them, in the order of their numbers. */
export function gatewayEndpoints(
    profile: GatewayDomain,
    region: Pick<RegionProfile, "role" | "short" | "natsServers">,
    servers?: number,
): GatewayEndpoint[] {
    return Array.from({ length: memberSize(region, servers) }, (_, index) => ({
        server: `nats-${index}`,
        host: gatewayHost(profile, region, index),
        port: gatewayPort(region, index),
    }));
}

/** The private zone that a region's gateway hosts are in: "gw.use1.example.com". */
export function gatewayZone(profile: GatewayDomain, region: Pick<RegionProfile, "short">): string {
    return gatewayHost(profile, region, 0).split(".").slice(1).join(".");
}
