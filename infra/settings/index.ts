import { environmentSystem } from "../../components/model/environment";
import { roles, type Role, type SystemProfile } from "../../components/model/profile";
import { identityFromName } from "../../components/model/stackName";
import type { Roadmap } from "../roadmap";
import { environmentFindings, environmentSettings, placeOf } from "./environment";
import { foreignProjects } from "./foreign";
import { SettingsError, type SettingsIssue } from "./issue";
import { nearest } from "./nearest";
import { settingDocs } from "./reference";
import { containerOf, howToSet, keyOf, type Container } from "./remedy";
import { rules } from "./rules";
import { shapeOf, type GivenSettings, type Settings } from "./shape";
import { foreignIssues, isSet, unknownKeyIssue } from "./unknownKeys";
import { at, decodedValues, only, ownValues } from "./values";

export type { Settings } from "./shape";

/** The stack's configuration as the engine hands it over: full keys, objects as JSON text. */
export interface RawConfig {
    readonly values: Readonly<Record<string, string>>;
    /** Whether a full key was set with `--secret`: its value never appears in a message. */
    readonly isSecret?: (key: string) => boolean;
}

/**
 * Checks the configuration of a stack of that system and roadmap, and fills in the defaults.
 * Throws a `SettingsError` with all mistakes at once.
 */
export function readSettings(
    stack: string,
    namespace: string,
    config: RawConfig,
    system: SystemProfile,
    roadmap: Roadmap,
): { role: Role; settings: Settings } {
    const named = identityFromName(stack);
    const decoded = decodedValues(config.values);
    const own = ownValues(namespace, decoded);
    const environment = environmentSettings.environment.safeParse(own["environment"] ?? named?.environment);
    const profile = environment.success ? environmentSystem(system, environment.data) : system;
    const shape = shapeOf(profile, roadmap);
    const all = once(() => settingDocs(profile, roadmap).map(({ path }) => path));
    const foreign = foreignProjects(namespace, decoded, (key) => innerKeys(all(), key));
    // Held against the schema with all others, so that a renamed project learns of all its mistakes at once.
    const input: Record<string, unknown> = {
        ...named,
        ...Object.assign({}, ...foreign.map(({ values }) => only(values, (key) => key in shape))),
        ...only(own, (key) => isSet(own[key]) || !foreign.some(({ values }) => key in values)),
    };
    const valid: Record<string, unknown> = {};
    const issues: SettingsIssue[] = foreignIssues(stack, namespace, foreign, own);
    const isSecret = (key: PropertyKey | undefined) =>
        [namespace, ...foreign.map(({ name }) => name)].some((name) => config.isSecret?.(`${name}:${String(key)}`));

    const report = (path: readonly PropertyKey[], allowed: string, wanted?: Container) => {
        const found = at(input, path);
        issues.push({
            key: keyOf(namespace, path),
            found: found === undefined ? undefined : isSecret(path[0]) ? "[secret]" : JSON.stringify(found),
            allowed,
            remedy: howToSet(stack, namespace, path, found, wanted),
        });
    };
    const reportUnknown = (path: readonly PropertyKey[], known: readonly string[]) => {
        const [value, secret] = [at(input, path), isSecret(path[0])];
        issues.push(unknownKeyIssue({ stack, namespace, path, value, secret, known, all }));
    };

    for (const name of Object.keys(input)) if (!(name in shape)) reportUnknown([name], Object.keys(shape));
    for (const [name, part] of Object.entries(shape)) {
        const result = part.safeParse(input[name]);
        if (result.success) {
            valid[name] = result.data;
            continue;
        }
        if (named === undefined && identity.includes(name) && input[name] === undefined) continue;
        for (const issue of result.error.issues) {
            const path = [name, ...issue.path];
            if (issue.code !== "unrecognized_keys") report(path, issue.message, containerOf(issue, at(input, path)));
            else for (const key of issue.keys) reportUnknown([...path, key], knownKeys(issue.message));
        }
    }
    const given = valid as Partial<GivenSettings>;
    const findings = [
        ...environmentFindings(stack, given, system),
        ...rules.flatMap((rule) => rule(given, given.role, profile)),
    ];
    for (const finding of findings) {
        if ("known" in finding) reportUnknown(finding.path, finding.known);
        else report(finding.path, finding.allowed);
    }
    if (named === undefined && identity.some((key) => input[key] === undefined))
        issues.push(namelessStack(stack, namespace));

    if (issues.length > 0) throw new SettingsError(stack, issues);
    const settings = given as GivenSettings;
    return { role: settings.role, settings: { ...settings, ...placeOf(stack, settings, settings) } };
}

/** What a stack's name says by default. */
const identity = ["role", "environment"];

/** A stack whose name says nothing, and whose settings do not say it either. */
function namelessStack(stack: string, namespace: string): SettingsIssue {
    const short = stack.replace(/^prod(uction)?-/, "");
    return {
        key: "the stack's name",
        found: JSON.stringify(stack),
        allowed: `${roles.join(", ")}, or one of them with an environment before it, such as staging-primary; any other name with the settings role and environment`,
        remedy:
            `pulumi stack select ${nearest(short, roles) ?? "primary"}; or pulumi config set --stack ${stack} ${namespace}:role <role>, ` +
            `then pulumi config set --stack ${stack} ${namespace}:environment <environment>`,
    };
}

/** The keys that a section has; undefined for a name that is no setting. */
function innerKeys(all: readonly string[], name: string): readonly string[] | undefined {
    if (!all.includes(name)) return undefined;
    return all.flatMap((key) => (key.startsWith(`${name}.`) ? [key.slice(name.length + 1)] : []));
}

function once<Value>(make: () => Value): () => Value {
    let made: { readonly value: Value } | undefined;
    return () => (made ??= { value: make() }).value;
}

/** The keys that a section's message lists; zod's issue carries only the unknown ones. */
function knownKeys(message: string): string[] {
    return message.replace(/^an object with the keys /, "").split(", ");
}
