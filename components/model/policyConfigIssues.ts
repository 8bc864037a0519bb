import { contractTerms } from "./contract";
import { formatDuration } from "./duration";
import {
    policyDefaults,
    policyKeys,
    policyNames,
    specOf,
    type KeySchema,
    type KeySpec,
    type PolicyConfig,
    type PolicyConfiguration,
    type PolicyKey,
    type PolicyName,
} from "./policyConfig";

/** The policies that judge the configuration itself: their level can be set, and they have no keys. */
export const configurationPolicies = { refuses: "policy-configuration", tells: "policy-coverage" } as const;

/** Names that the CLI itself reads in a configuration file. */
const readByCli = ["all", "environments"];

const levels = ["advisory", "mandatory", "remediate", "disabled"];

/** A limit that allows more than its contract. */
export interface LooserLimit {
    readonly policy: PolicyName;
    /** "ttl", "recoveryPoints.nats-backup-rpo". */
    readonly key: string;
    readonly value: unknown;
    /** What the contract allows. */
    readonly contract: unknown;
    readonly reason: string | undefined;
}

/** Anything as it came from a file or from the CLI: values are what they are. */
type Received = Readonly<Record<string, unknown>>;

/**
 * Everything that is wrong with a configuration, all at once: unknown policies and keys, values of the wrong type, a system of which half
 * is told, and limits looser than their contract without a reason. Each entry begins with the path of what is wrong.
 *
 * @param contracted limits that need no reason. @default those of `policyKeys`
 */
export function policyConfigIssues(received: Received, contracted: PolicyConfiguration = {}): string[] {
    return Object.entries(received)
        .filter(([policy]) => !readByCli.includes(policy))
        .flatMap(([policy, value]) => {
            const config = typeof value === "string" ? { enforcementLevel: value } : value;
            if (typeof config !== "object" || config === null || Array.isArray(config))
                return [`${policy}: ${shown(value)} found; allowed is a level (${levels.join(", ")}) or an object`];
            const { enforcementLevel, ...keys } = config as Received;
            return [...levelIssues(policy, enforcementLevel), ...ofPolicy(policy, keys, contracted)];
        })
        .sort();
}

function levelIssues(policy: string, level: unknown): string[] {
    if (level === undefined || levels.includes(level as string)) return [];
    return [`${policy}.enforcementLevel: ${shown(level)} found; allowed is ${levels.join(", ")}`];
}

function ofPolicy(policy: string, keys: Received, contracted: PolicyConfiguration): string[] {
    const all: string[] = [...policyNames, ...Object.values(configurationPolicies)];
    if (!all.includes(policy)) return [`${policy}: no policy has this name; allowed are ${all.join(", ")}`];
    const name = policyNames.find((known) => known === policy);
    const allowed = name ? specOf(name).keys : [];
    const unknown = Object.keys(keys)
        .filter((key) => !(allowed as readonly string[]).includes(key))
        .map(
            (key) =>
                `${policy}.${key}: unknown key; allowed ${allowed.length === 0 ? "is none" : `are ${allowed.join(", ")}`}`,
        );
    const wrong = allowed
        .filter((key) => keys[key] !== undefined)
        .flatMap((key) => schemaIssues(policyKeys[key], keys[key], `${policy}.${key}`));
    if (name === undefined || wrong.length > 0) return [...unknown, ...wrong];
    return [
        ...unknown,
        ...halfTold(name, keys),
        ...looserLimits({ [name]: keys as PolicyConfig }, contracted)
            .filter(({ reason }) => reason === undefined)
            .map(
                ({ key, value, contract }) =>
                    `${policy}.${key}: ${limitText(value)} found, looser than the ${limitText(contract)} of contract ${contractOf(key)}: ` +
                    `${specOfKey(key).bound === "at most" ? "lower it" : specOfKey(key).bound === "at least" ? "raise it" : "leave it out"}, ` +
                    `or say why in ${policy}.reason`,
            ),
    ];
}

/** A system is told as a whole: with a part of it the policy would be silent, and look as if it had looked. */
function halfTold(policy: PolicyName, keys: Received): string[] {
    const { needs } = specOf(policy);
    const given = needs.filter((key) => keys[key] !== undefined);
    if (given.length === 0) return [];
    return needs
        .filter((key) => keys[key] === undefined)
        .map((key) => `${policy}.${key}: missing, and ${given.join(", ")} given: without it the policy cannot look`);
}

/** The limits of a configuration that are looser than their contract, with the reason that was given for each. */
export function looserLimits(configuration: PolicyConfiguration, contracted: PolicyConfiguration = {}): LooserLimit[] {
    return policyNames.flatMap((policy) => {
        const config: PolicyConfig & Received = configuration[policy] ?? {};
        const contracts: Received = { ...policyDefaults(policy), ...contracted[policy] };
        const { reason } = config as { readonly reason?: string };
        return specOf(policy).keys.flatMap((key) => {
            const pairs = comparable(key, (config as Received)[key], contracts[key]);
            return pairs
                .filter((pair) => isLooser(key, pair.value, pair.contract))
                .map((pair) => ({ policy, ...pair, reason: reason?.trim() ? reason : undefined }));
        });
    });
}

/** A value and its contract, or one pair for each entry of a table. */
function comparable(
    key: PolicyKey,
    value: unknown,
    contract: unknown,
): { key: string; value: unknown; contract: unknown }[] {
    if (policyKeys[key].bound === undefined || value === undefined || contract === undefined) return [];
    if (typeof value !== "object" || value === null) return [{ key, value, contract }];
    return Object.entries(value).flatMap(([entry, inner]: [string, unknown]) => {
        const bound = (contract as Received)[entry];
        return bound === undefined ? [] : [{ key: `${key}.${entry}`, value: inner, contract: bound }];
    });
}

function isLooser(key: PolicyKey, value: unknown, contract: unknown): boolean {
    const { bound } = policyKeys[key];
    if (bound === "required") return contract === true && value === false;
    return bound === "at most" ? Number(value) > Number(contract) : Number(value) < Number(contract);
}

function specOfKey(path: string): KeySpec {
    return policyKeys[path.split(".")[0] as PolicyKey];
}

/** A limit as a person reads it: durations in their largest unit. */
export function limitText(value: unknown): string {
    return typeof value === "number" ? formatDuration(value) : String(value);
}

/** The id of the contract that bounds a key; the entries of a table are contracts themselves. */
function contractOf(path: string): string {
    const { contract } = specOfKey(path);
    return contract ? contractTerms[contract].id : path.split(".").at(-1)!;
}

/** What is wrong with a value by its schema. */
function schemaIssues(schema: KeySchema, value: unknown, path: string): string[] {
    if (!hasType(schema.type, value)) return [`${path}: ${shown(value)} found; allowed is ${typeText(schema)}`];
    if (schema.enum && !schema.enum.includes(value as string))
        return [`${path}: ${shown(value)} found; allowed is ${schema.enum.join(", ")}`];
    if (typeof value === "number" && value < (schema.minimum ?? value))
        return [`${path}: ${value} found; allowed is ${schema.minimum} or more`];
    if (typeof value === "string" && value.trim().length < (schema.minLength ?? 0))
        return [`${path}: empty; allowed is a text`];
    if (Array.isArray(value)) {
        if (value.length < (schema.minItems ?? 0))
            return [`${path}: empty; allowed are ${schema.minItems} entries or more`];
        return value.flatMap((item, index) =>
            schema.items ? schemaIssues(schema.items, item, `${path}[${index}]`) : [],
        );
    }
    if (typeof value !== "object" || value === null) return [];
    const inner = value as Received;
    const { properties = {}, additionalProperties, required = [] } = schema;
    return [
        ...required.filter((key) => inner[key] === undefined).map((key) => `${path}.${key}: missing`),
        ...Object.entries(inner).flatMap(([key, item]) => {
            const known = properties[key] ?? (additionalProperties || undefined);
            if (known) return schemaIssues(known, item, `${path}.${key}`);
            return [`${path}.${key}: unknown key; allowed are ${Object.keys(properties).join(", ")}`];
        }),
    ];
}

function hasType(type: KeySchema["type"], value: unknown): boolean {
    if (type === "array") return Array.isArray(value);
    if (type === "integer") return Number.isInteger(value);
    if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
    return typeof value === type;
}

function typeText({ type }: KeySchema): string {
    return {
        integer: "a whole number",
        number: "a number",
        string: "a text",
        boolean: "true or false",
        object: "an object",
        array: "a list",
    }[type];
}

function shown(value: unknown): string {
    return JSON.stringify(value) ?? "nothing";
}
