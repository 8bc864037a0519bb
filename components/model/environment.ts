import type { SystemProfile } from "./profile";
import { roles } from "./profile";
import { production } from "./stackName";

/** Names that would be taken for something else: a role, or production by another name. */
const reserved = (name: string) =>
    roles.some((role) => name === role || name.endsWith(`-${role}`)) || /^(production|prod-.*)$/.test(name);

/** Characters of an environment's name: with them the system's own name still is recognised in a name of 32. */
const longestEnvironment = 20;

export const environmentRule =
    `a DNS label of at most ${longestEnvironment} lower-case letters, digits and hyphens that begins with a letter, such as staging; ` +
    `"${production}" is production, and no other name begins with "${production}-", is a role's or ends with one`;

/** Whether an environment can be called so. */
export function isEnvironmentName(name: string): boolean {
    return /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= longestEnvironment && !reserved(name);
}

/** The live name of an environment, where none is set: "staging-api.example.com". */
export function liveNameOf({ apiHost }: Pick<SystemProfile, "apiHost">, environment: string): string {
    return environment === production ? apiHost : `${environment}-${apiHost}`;
}

/**
 * The system as it stands in one of its environments. Production is the profile as it is. Any other has the environment in its name,
 * and so in the name of everything that has one in the account; its own live name and gateway hosts; and manifests of its own.
 * Regions, streams, namespaces, contracts and image repositories are those of production.
 */
export function environmentSystem(
    system: SystemProfile,
    environment: string,
    liveName: string = liveNameOf(system, environment),
): SystemProfile {
    if (environment === production) return system;
    const { primary, dr } = system.gitops.overlays;
    const own = (folder: string) => folder.replace(/[^/]*$/, (last) => `${environment}-${last}`);
    return {
        ...system,
        name: `${system.name}-${environment}`,
        apiHost: liveName,
        gatewayDomain: `${environment}.${system.gatewayDomain ?? system.zone}`,
        gitops: { ...system.gitops, overlays: { primary: own(primary), dr: own(dr) } },
    };
}
