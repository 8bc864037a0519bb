import type { Input, Output, Resource } from "@pulumi/pulumi";
import type { RegionClusterAccess } from "../components/cluster/regionClusterAccess";
import type { FailoverTarget } from "../components/failover/failoverDns";
import type { RegionNetwork } from "../components/network/regionNetwork";
import type { BackupOutputs } from "./outputs";

/** A part that installs something into the cluster, and what to wait for before using it. */
export interface NatsPart {
    /** Address for clients inside the cluster. */
    readonly url: Input<string>;
    /** Secret with the accounts' passwords, in the NATS namespace; undefined for NATS that is the user's own. */
    readonly authSecret?: Input<string>;
    /** That Secret's content as JSON, for the copy in the other region; undefined where the program does not know it. */
    readonly passwords?: Input<string>;
    /** The servers' release; undefined for NATS that is the user's own. */
    readonly release?: Resource;
    readonly ready: readonly Resource[];
}

/** What a region's NATS servers need before they may run with gateways. */
export interface JoinEntry {
    /** Secret with the gateway's certificate, in the NATS namespace. */
    readonly tlsSecret: string;
    /** What the servers wait for: certificate, names, addresses, peerings. */
    readonly ready: readonly Resource[];
    /** The peering with the witness, asked for here. */
    readonly witnessPeeringId: Output<string>;
    /** This region's key of the critical secrets. */
    readonly secretsKeyArn: Output<string>;
}

/** The stack's cluster, and its network where the program made it. */
export interface OwnRegion {
    readonly network?: RegionNetwork | undefined;
    readonly cluster: RegionClusterAccess;
    readonly namespaces: NonNullable<Parts["namespaces"]>;
}

/**
 * What the phases of one stack have made so far. A phase takes what it builds on and adds what it makes, under names of
 * its own: the only road between phases. Absent means that the stack's role or settings do without.
 */
export interface Parts {
    /** Phase 10 (primary) or 13 (dr): absent if the cluster was adopted. */
    readonly network?: RegionNetwork;
    /** Phase 10 (primary) or 13 (dr). */
    readonly cluster?: RegionClusterAccess;
    /** Names of the system's namespaces in the cluster; whoever uses one comes after it exists. */
    readonly namespaces?: { readonly api: Input<string>; readonly nats: Input<string> };
    /** The region's NATS. */
    readonly nats?: NatsPart;
    /** Phase 11 (dr): where the primary's streams and cluster are backed up to. */
    readonly backups?: { readonly nats: Output<BackupOutputs>; readonly cluster: Output<BackupOutputs> };
    /** Phase 12 (dr): makes the SECONDARY record, for a later phase to lead it to the standby; absent if it leads to the page already. */
    readonly secondaryRecord?: (target: FailoverTarget) => Promise<unknown>;
    /** Phase 13 (primary): the way of the other regions to this one's NATS, made before the servers that announce it. */
    readonly joinEntry?: JoinEntry;
}

/** A part that an earlier phase has to have made; anything else is a mistake in the roadmap's code. */
export function part<Name extends keyof Parts>(parts: Parts, name: Name): NonNullable<Parts[Name]> {
    const found = parts[name];
    if (found === undefined) throw new Error(`part ${name} is needed and no earlier phase made it`);
    return found as NonNullable<Parts[Name]>;
}
