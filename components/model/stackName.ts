import { roles, type Role } from "./profile";

/** The environment whose names carry none: stack "primary", cluster "shop-primary". @public */
export const production = "prod";

/** What a stack stands for: a role's region in one environment of the system. */
export interface StackIdentity {
    readonly role: Role;
    /** One DNS label: "prod", "staging". */
    readonly environment: string;
}

/**
 * What a stack's name says of it: "primary" is production's, "staging-primary" is staging's. Undefined for a name that ends with no
 * role, and for "prod-primary", which would be a second name of "primary".
 */
export function identityFromName(stack: string): StackIdentity | undefined {
    const role = roles.find((candidate) => stack === candidate || stack.endsWith(`-${candidate}`));
    if (!role) return undefined;
    const environment = stack === role ? production : stack.slice(0, -role.length - 1);
    return environment && stackNameOf({ role, environment }) === stack ? { role, environment } : undefined;
}

/** The name of a stack that is named by what it stands for. */
export function stackNameOf({ role, environment }: StackIdentity): string {
    return environment === production ? role : `${environment}-${role}`;
}
