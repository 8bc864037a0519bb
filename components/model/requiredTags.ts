import type { SystemProfile } from "./profile";
import { production } from "./stackName";

/**
 * Tags that every taggable AWS resource carries, put there by the explicit provider's default tags. The system is the same in all its
 * environments, so that costs add up; any but production says which one it is.
 * The phase is not among them: raising it would update every resource of the stack.
 */
export function requiredTags(
    system: Pick<SystemProfile, "name">,
    stack: string,
    environment: string = production,
): Record<string, string> {
    return {
        Project: system.name,
        Stack: stack,
        ManagedBy: "pulumi",
        ...(environment === production ? {} : { Environment: environment }),
    };
}
