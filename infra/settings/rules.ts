import type { Role, SystemProfile } from "../../components/model/profile";
import { roles } from "../../components/model/profile";
import type { RuleFinding } from "./issue";
import { rangesOverlap } from "./schema";
import type { GivenSettings } from "./shape";

/**
 * Rules that need more than the value itself. They get those settings that are valid on their own, so that
 * a mistake elsewhere never hides one here.
 */
type Rule = (settings: Partial<GivenSettings>, role: Role | undefined, profile: SystemProfile) => RuleFinding[];

export const rules: readonly Rule[] = [regionOfRole, disjointRanges, republishedStreams, standbyVolume];

function regionOfRole(
    { region }: Partial<GivenSettings>,
    role: Role | undefined,
    profile: SystemProfile,
): RuleFinding[] {
    if (region === undefined || role === undefined) return [];
    const expected = profile.regions[role].name;
    if (region === expected) return [];
    const other = roles.find((candidate) => profile.regions[candidate].name === region);
    const hint = other
        ? `; ${region} is the region of the ${other}`
        : "; moving a stack loses what it made in the old region";
    return [{ path: ["region"], allowed: `${expected}, the region of the ${role} in system ${profile.name}${hint}` }];
}

function disjointRanges(
    { network }: Partial<GivenSettings>,
    role: Role | undefined,
    profile: SystemProfile,
): RuleFinding[] {
    const vpcCidr = network?.vpcCidr;
    if (vpcCidr === undefined || role === undefined) return [];
    return roles
        .filter((other) => other !== role && rangesOverlap(vpcCidr, profile.regions[other].vpcCidr))
        .map((other) => ({
            path: ["network", "vpcCidr"],
            allowed: `a range disjoint from the other regions', and the ${other} has ${profile.regions[other].vpcCidr}: the VPCs get peered`,
        }));
}

function republishedStreams(
    { nats }: Partial<GivenSettings>,
    _role: Role | undefined,
    { streams }: SystemProfile,
): RuleFinding[] {
    const known = streams.map(({ name }) => name);
    return Object.keys(nats?.republish ?? {})
        .filter((name) => !known.includes(name))
        .map((name) => ({ path: ["nats", "republish", name], known }));
}

/** The mirrors hold what the primary's servers hold; those of another stack are known to its outputs only (`checkStandby`). */
function standbyVolume({ nats }: Partial<GivenSettings>, role: Role | undefined): RuleFinding[] {
    const primary = nats?.found?.accepts.volumeGib;
    if (role !== "dr" || nats === undefined || primary === undefined || nats.volumeGib >= primary) return [];
    return [
        {
            path: ["nats", "volumeGib"],
            allowed: `a whole number from ${primary}, which the primary's servers have (nats.found.accepts.volumeGib): the mirrors stop when a volume is full`,
        },
    ];
}
