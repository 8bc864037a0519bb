import type { SystemProfile } from "./profile";

/**
 * Tags that every taggable AWS resource carries, put there by the explicit provider's default tags.
 * The phase is not among them: raising it would update every resource of the stack.
 */
export function requiredTags(profile: Pick<SystemProfile, "name">, stack: string): Record<string, string> {
    return { Project: profile.name, Stack: stack, ManagedBy: "pulumi" };
}
