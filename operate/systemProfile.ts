import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { environmentSystem } from "../components/model/environment";
import type { SystemProfile } from "../components/model/profile";
import { identityFromName } from "../components/model/stackName";
import { withNatsSettings } from "../infra/natsFound";
import { environmentSettings } from "../infra/settings/environment";
import { natsDescription } from "../infra/settings/nats";
import { UsageError } from "./commands/command";

/** The standby's stack of production. */
const standbyStack = "dr";

/**
 * The system as it is deployed by the project in a folder, in the environment of a standby's stack: the profile with what that stack's settings
 * say of the environment (`environment`, `dns.liveName`) and of NATS (`nats.republish`, `nats.found`). Its file is the one that is at hand when
 * the primary region is gone.
 *
 * @throws UsageError for a stack that is no standby's, and for a setting that the stacks would refuse as well
 */
export function systemProfile(system: SystemProfile, projectDir: string, stack: string = standbyStack): SystemProfile {
    const file = `Pulumi.${stack}.yaml`;
    const settings = path.join(projectDir, file);
    if (!existsSync(settings)) {
        if (stack === standbyStack) return system;
        throw new UsageError(
            `--stack is "${stack}", and ${settings} does not exist. Name the standby's stack, such as staging-dr.`,
        );
    }
    const { name: project } = readYaml(path.join(projectDir, "Pulumi.yaml"));
    const config = readYaml(settings)?.config ?? {};
    const environment = environmentOf(stack, file, (key) => config[`${project}:${key}`]);
    const liveName: unknown = config[`${project}:dns`]?.liveName;
    const own = environmentSystem(system, environment, typeof liveName === "string" ? liveName : undefined);
    const key = `${project}:nats`;
    const { success, data, error } = natsDescription.safeParse(config[key] ?? {});
    if (success) return withNatsSettings(own, data);
    const issues = error.issues.map((issue) => `${[key, ...issue.path].join(".")}: ${issue.message}`);
    throw new UsageError(`${file} says of NATS what no stack accepts:\n- ${issues.join("\n- ")}`);
}

function environmentOf(stack: string, file: string, setting: (key: string) => unknown): string {
    const named = identityFromName(stack);
    const role = environmentSettings.role.safeParse(setting("role") ?? named?.role);
    const environment = environmentSettings.environment.safeParse(setting("environment") ?? named?.environment);
    if (role.data === "dr" && environment.success) return environment.data;
    const issues = [
        ...(role.data === "dr"
            ? []
            : [`role: ${role.success ? `"${role.data}"` : "nothing"} found; the command works on the standby's stack`]),
        ...(environment.error?.issues ?? []).map(({ message }) => `environment: allowed is ${message}`),
    ];
    throw new UsageError(
        `--stack is "${stack}", and neither its name nor ${file} says that it is a standby's:\n- ${issues.join("\n- ")}`,
    );
}

function readYaml(file: string): any {
    return parse(readFileSync(file, "utf8"));
}
