import type { z } from "zod";
import { roles, type Role, type SystemProfile } from "../profile";
import { backupSettings } from "./backup";
import { clusterSettings } from "./cluster";
import { dnsSettings } from "./dns";
import { SettingsError, type SettingsIssue } from "./issue";
import { natsSettings } from "./nats";
import { nearest } from "./nearest";
import { placeSettings } from "./place";
import { roadmapSettings } from "./roadmap";
import { argument, containerOf, howToSet, keyOf, type Container } from "./remedy";
import { rules } from "./rules";
import { standbySettings } from "./standby";

/** Every setting of a stack. A phase that brings settings of its own adds its section here. */
const shape = {
    ...roadmapSettings,
    ...placeSettings,
    ...clusterSettings,
    ...natsSettings,
    ...dnsSettings,
    ...backupSettings,
    ...standbySettings,
};

/** The checked settings of a stack, defaults filled in. */
export type Settings = { readonly [Key in keyof typeof shape]: z.output<(typeof shape)[Key]> };

/** The stack's configuration as the engine hands it over: full keys, objects as JSON text. */
export interface RawConfig {
    readonly values: Readonly<Record<string, string>>;
    /** Whether a full key was set with `--secret`: its value never appears in a message. */
    readonly isSecret?: (key: string) => boolean;
}

/**
 * Checks the configuration of a stack and fills in the defaults.
 * Throws a `SettingsError` with all mistakes at once.
 */
export function readSettings(
    stack: string,
    namespace: string,
    config: RawConfig,
    profile: SystemProfile,
): { role: Role; settings: Settings } {
    const role = roleOf(stack);
    const input = ownValues(namespace, config);
    const valid: Record<string, unknown> = {};
    const issues: SettingsIssue[] = [];

    const report = (path: readonly PropertyKey[], allowed: string, wanted?: Container) => {
        const found = at(input, path);
        const secret = config.isSecret?.(`${namespace}:${String(path[0])}`) ?? false;
        issues.push({
            key: keyOf(namespace, path),
            found: found === undefined ? undefined : secret ? "[secret]" : JSON.stringify(found),
            allowed,
            remedy: howToSet(stack, namespace, path, found, wanted),
        });
    };
    const reportUnknown = (path: readonly PropertyKey[], known: readonly string[]) => {
        const proposal = nearest(String(path.at(-1)), known);
        issues.push({
            key: keyOf(namespace, path),
            found: "a key that does not exist",
            allowed: `the keys ${known.join(", ")}`,
            remedy: `${proposal ? `did you mean ${proposal}? ` : ""}pulumi config rm --stack ${stack} ${argument(namespace, path)}`,
        });
    };

    for (const name of Object.keys(input)) if (!(name in shape)) reportUnknown([name], Object.keys(shape));
    for (const [name, part] of Object.entries(shape)) {
        const result = part.safeParse(input[name]);
        if (result.success) {
            valid[name] = result.data;
            continue;
        }
        for (const issue of result.error.issues) {
            const path = [name, ...issue.path];
            if (issue.code !== "unrecognized_keys") report(path, issue.message, containerOf(issue, at(input, path)));
            else for (const key of issue.keys) reportUnknown([...path, key], knownKeys(issue.message));
        }
    }
    for (const rule of rules) {
        for (const finding of rule(valid as Partial<Settings>, role, profile)) {
            if ("known" in finding) reportUnknown(finding.path, finding.known);
            else report(finding.path, finding.allowed);
        }
    }

    if (issues.length > 0) throw new SettingsError(stack, issues);
    return { role, settings: valid as Settings };
}

/** A stack is named like the role it plays; anything else would have no region. */
function roleOf(stack: string): Role {
    const role = roles.find((candidate) => candidate === stack);
    if (role) return role;
    throw new SettingsError(stack, [
        {
            key: "the stack's name",
            found: JSON.stringify(stack),
            allowed: roles.join(", "),
            remedy: `pulumi stack select ${nearest(stack, roles) ?? "primary"} (a stack is named like the role of its region)`,
        },
    ]);
}

/** The values of the project's own namespace, objects and scalars decoded. */
function ownValues(namespace: string, { values }: RawConfig): Record<string, unknown> {
    const prefix = `${namespace}:`;
    return Object.fromEntries(
        Object.entries(values)
            .filter(([key]) => key.startsWith(prefix))
            .map(([key, text]) => [key.slice(prefix.length), decode(text)]),
    );
}

function decode(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
    return path.reduce<unknown>(
        (inner, key) =>
            typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
        value,
    );
}

/** The keys that a section's message lists; zod's issue carries only the unknown ones. */
function knownKeys(message: string): string[] {
    return message.replace(/^an object with the keys /, "").split(", ");
}
