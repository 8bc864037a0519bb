import type { SystemConfig } from "../../components/model/policyConfig";
import { roles, type Role } from "../../components/model/profile";
import { identityFromName, production, type StackIdentity } from "../../components/model/stackName";
import { heard } from "./engineRequests";

/** The stack that a URN belongs to: "urn:pulumi:<stack>::<project>::<type>::<name>". */
export function stackOf(urn: string): string {
    return urn.split("::")[0]?.replace("urn:pulumi:", "") ?? "";
}

/** The project that a URN belongs to. */
export function projectOf(urn: string): string {
    return urn.split("::")[1] ?? "";
}

/**
 * What a stack of the configured project stands for: what the configuration says of it, else its own settings `role` and `environment`,
 * else its name. Undefined for another project's stack, whatever its name, and where nothing says.
 */
export function identityOf(config: SystemConfig, project: string, stack: string): StackIdentity | undefined {
    if (config.project === undefined || config.project !== project) return undefined;
    const own = config.environment ?? production;
    // What lists the stacks lists all of them.
    if (config.stacks !== undefined) {
        const role = config.stacks[stack];
        return role && { role, environment: own };
    }
    const { role, environment } = { ...identityFromName(stack), ...settingsOf(project, stack) };
    return role && { role, environment: environment ?? production };
}

/** The role of the stack that a URN belongs to; undefined for a stack that is no role of the system in this environment. */
export function roleOf(config: SystemConfig, urn: string): Role | undefined {
    return roleOfStack(config, projectOf(urn), stackOf(urn));
}

/** The role of a stack; undefined for a stack that is no role of the system in this environment. */
export function roleOfStack(config: SystemConfig, project: string, stack: string): Role | undefined {
    const identity = identityOf(config, project, stack);
    return identity?.environment === (config.environment ?? production) ? identity?.role : undefined;
}

/** What the stack's own settings say, as far as they say anything. */
function settingsOf(project: string, stack: string): Partial<StackIdentity> {
    const running = heard.stack;
    if (running?.project !== project || running.stack !== stack) return {};
    const role = roles.find((known) => known === running.settings[`${project}:role`]);
    const environment = running.settings[`${project}:environment`];
    return { ...(role && { role }), ...(environment && { environment }) };
}

/** The live name that a stack's settings give its environment; undefined where they leave it to the environment's own. */
export function liveNameIn(settings: Readonly<Record<string, string>>, project: string): string | undefined {
    try {
        const { liveName } = JSON.parse(settings[`${project}:dns`] ?? "{}") as { liveName?: unknown };
        return typeof liveName === "string" ? liveName : undefined;
    } catch {
        // The program refuses a section that is none.
        return undefined;
    }
}
