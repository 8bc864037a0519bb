import type { Input, Resource } from "@pulumi/pulumi";
import type { RegionClusterAccess } from "../components/regionClusterAccess";
import type { RegionNetwork } from "../components/regionNetwork";

/** A part that installs something into the cluster, and what to wait for before using it. */
export interface NatsPart {
    /** Address for clients inside the cluster. */
    readonly url: Input<string>;
    /** Secret with the accounts' passwords, in the NATS namespace; undefined for NATS that is the user's own. */
    readonly authSecret?: Input<string>;
    readonly ready: readonly Resource[];
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
}

/** A part that an earlier phase has to have made; anything else is a mistake in the roadmap's code. */
export function part<Name extends keyof Parts>(parts: Parts, name: Name): NonNullable<Parts[Name]> {
    const found = parts[name];
    if (found === undefined) throw new Error(`part ${name} is needed and no earlier phase made it`);
    return found as NonNullable<Parts[Name]>;
}
