import type { RegionProfile, Role, SystemProfile } from "./profile";

/**
 * Physical names. They are computed and never drawn, so that a resource made twice by accident fails with "already exists"
 * instead of costing twice, and so that one stack can name what another one owns.
 */
export interface Names {
    /** "shop-dr": everything in a region begins with it. */
    readonly base: string;
    readonly cluster: string;
    readonly vpc: string;
}

/** The names of a role's region: `cluster` is "shop-primary" or, as the roadmap has it, "shop-dr" (seed 000). */
export function namesOf(profile: Pick<SystemProfile, "name">, region: Pick<RegionProfile, "role">): Names {
    const base = `${profile.name}-${region.role satisfies Role}`;
    return { base, cluster: base, vpc: base };
}
