import type { Role, SystemProfile } from "../profile";
import { roles } from "../profile";
import { rangesOverlap } from "./schema";
import type { Settings } from "./index";

/** What a rule finds: the key inside the settings, and what would be allowed there, or the keys that may be there in its place. */
export type RuleFinding = { readonly path: readonly (string | number)[] } & (
    { readonly allowed: string } | { readonly known: readonly string[] }
);

/**
 * Rules that need more than the value itself. They get those settings that are valid on their own, so that
 * a mistake elsewhere never hides one here.
 */
type Rule = (settings: Partial<Settings>, role: Role, profile: SystemProfile) => RuleFinding[];

export const rules: readonly Rule[] = [regionOfRole, disjointRanges, republishedStreams];

function regionOfRole({ region }: Partial<Settings>, role: Role, profile: SystemProfile): RuleFinding[] {
    const expected = profile.regions[role].name;
    if (region === undefined || region === expected) return [];
    const other = roles.find((candidate) => profile.regions[candidate].name === region);
    const hint = other
        ? `; ${region} is the region of stack ${other}`
        : "; moving a stack loses what it made in the old region";
    return [{ path: ["region"], allowed: `${expected}, the region of stack ${role} in infra/profile.ts${hint}` }];
}

function disjointRanges({ vpcCidr }: Partial<Settings>, role: Role, profile: SystemProfile): RuleFinding[] {
    if (vpcCidr === undefined) return [];
    return roles
        .filter((other) => other !== role && rangesOverlap(vpcCidr, profile.regions[other].vpcCidr))
        .map((other) => ({
            path: ["vpcCidr"],
            allowed: `a range disjoint from the other regions', and stack ${other} has ${profile.regions[other].vpcCidr}: the VPCs get peered`,
        }));
}

function republishedStreams({ nats }: Partial<Settings>, _role: Role, { streams }: SystemProfile): RuleFinding[] {
    const known = streams.map(({ name }) => name);
    return Object.keys(nats?.republish ?? {})
        .filter((name) => !known.includes(name))
        .map((name) => ({ path: ["nats", "republish", name], known }));
}
