import { contractTerms, type ContractName } from "./contract";
import { days, hours, minutes, seconds, type Seconds } from "./duration";
import type { Role } from "./profile";
import { production } from "./stackName";

/** A stream of the primary, and the name of its mirror in the standby. */
export interface MirroredStream {
    readonly name: string;
    readonly mirror: string;
}

/** The least that a region runs on: nodes, and the instance types that they may have. */
export interface NodeFloor {
    readonly nodes: number;
    readonly instanceTypes: readonly string[];
}

/** Everything that a policy can be told by configuration. A key means the same in each policy that has it. Durations are in seconds. */
export interface PolicyKeys {
    readonly project: string;
    readonly environment: string;
    readonly stacks: Readonly<Record<string, Role>>;
    readonly regions: Readonly<Partial<Record<Role, string>>>;
    readonly tags: Readonly<Record<string, string>>;
    readonly recoveryPoints: Readonly<Record<string, Seconds>>;
    readonly retention: Seconds;
    readonly fromPhase: number;
    readonly ttl: Seconds;
    readonly triggerTime: Seconds;
    readonly rto: Seconds;
    readonly standbyStartUp: Seconds;
    readonly pairs: readonly string[];
    readonly latch: boolean;
    readonly marker: boolean;
    readonly natsClusters: Readonly<Partial<Record<Role, string>>>;
    readonly serverPrefixes: Readonly<Partial<Record<Role, string>>>;
    readonly streams: readonly MirroredStream[];
    readonly lag: Seconds;
    readonly refresh: Seconds;
    readonly vpcCidrs: Readonly<Partial<Record<Role, string>>>;
    readonly nodeFloor: NodeFloor;
    readonly reason: string;
}

export type PolicyKey = keyof PolicyKeys;

/** How a value may be looser than the contract that it stands for: a longer time, a shorter one, or something left out. */
export type Bound = "at most" | "at least" | "required";

/** The part of JSON schema that the configuration needs. */
export interface KeySchema {
    readonly type: "string" | "integer" | "number" | "boolean" | "object" | "array";
    readonly description?: string;
    readonly minimum?: number;
    readonly minLength?: number;
    readonly minItems?: number;
    readonly enum?: readonly string[];
    readonly items?: KeySchema;
    readonly properties?: Readonly<Record<string, KeySchema>>;
    readonly required?: readonly string[];
    readonly additionalProperties?: KeySchema | false;
    readonly default?: unknown;
}

/** A key, and the contract that bounds it if one does. */
export interface KeySpec extends KeySchema {
    readonly description: string;
    readonly bound?: Bound;
    /** The contract whose limit the value is. */
    readonly contract?: ContractName;
}

const text = { type: "string", minLength: 1 } as const;
const duration = { type: "number", minimum: 0 } as const;
const role = { type: "string", enum: ["primary", "dr", "witness"] } as const;

function byRole(description: string): KeySpec {
    return {
        type: "object",
        description,
        properties: { primary: text, dr: text, witness: text },
        additionalProperties: false,
    };
}

/** The backups whose cadence a contract bounds, with what the roadmap allows each to lose. */
const recoveryPoints: Readonly<Record<string, Seconds>> = {
    [contractTerms.natsBackupRpo.id]: hours(24),
    [contractTerms.clusterVolumesRpo.id]: hours(25),
    [contractTerms.configRpo.id]: hours(1),
    [contractTerms.durablePositions.id]: minutes(5),
};

/** The vocabulary: meaning, type, default and bound of each key. The defaults are the roadmap's limits, and know no system. */
export const policyKeys: { readonly [Key in PolicyKey]: KeySpec } = {
    project: {
        ...text,
        description:
            "Name of the Pulumi project whose stacks are the system's. Every other project's stacks are left alone.",
    },
    environment: { ...text, description: "The environment that this configuration is for.", default: production },
    stacks: {
        type: "object",
        description:
            "Role of each stack by the stack's name. Without it, the stack's own settings `role` and `environment` say, else its name.",
        additionalProperties: role,
    },
    regions: byRole("AWS region of each role."),
    tags: {
        type: "object",
        description:
            "Tags that every taggable AWS resource has; `{stack}` and `{project}` stand for the names. Without it, `Project`, `Stack` and `ManagedBy` are added where they are missing.",
        additionalProperties: text,
    },
    recoveryPoints: {
        type: "object",
        description: "What each kind of backup may lose, in seconds, by the name that the backup's annotation has.",
        additionalProperties: duration,
        bound: "at most",
        default: recoveryPoints,
    },
    retention: {
        ...duration,
        description: "How long backups are kept, in seconds.",
        bound: "at least",
        contract: "backupRetention",
        default: days(7),
    },
    fromPhase: { type: "integer", minimum: 0, description: "First phase of the stack that has backups." },
    ttl: {
        ...duration,
        description: "Longest time that resolvers keep the answer of a failover record, in seconds.",
        bound: "at most",
        contract: "recordTtl",
        default: seconds(60),
    },
    triggerTime: {
        ...duration,
        description: "Longest time until a health check notices the loss of its endpoint, in seconds.",
        bound: "at most",
        contract: "failoverTrigger",
        default: seconds(90),
    },
    rto: {
        ...duration,
        description: "Recovery time of the API, in seconds.",
        bound: "at most",
        contract: "apiRto",
        default: minutes(5),
    },
    standbyStartUp: {
        ...duration,
        description: "What the standby takes from its first request to serving all of them, in seconds.",
        default: seconds(60),
    },
    pairs: {
        type: "array",
        items: text,
        minItems: 1,
        description: "Names of the failover pairs, each the same in both stacks.",
    },
    latch: {
        type: "boolean",
        description: "Whether a PRIMARY has to follow a STOP latch, so that failback is a decision.",
        bound: "required",
        default: true,
    },
    marker: {
        type: "boolean",
        description:
            "Whether each record of a pair needs a TXT record beside it, by which a watcher tells who is answered.",
        bound: "required",
        default: true,
    },
    natsClusters: byRole("Name of the NATS cluster of each role."),
    serverPrefixes: byRole(
        "How the names of the NATS servers of each role begin; the primary's are named as their pods.",
    ),
    streams: {
        type: "array",
        description: "Streams that have to survive the loss of the primary region, with the names of their mirrors.",
        items: {
            type: "object",
            properties: { name: text, mirror: text },
            required: ["name", "mirror"],
            additionalProperties: false,
        },
    },
    lag: {
        ...duration,
        description: "Longest silence of a mirror before an alert, in seconds.",
        bound: "at most",
        contract: "mirrorLag",
        default: minutes(3),
    },
    refresh: {
        ...duration,
        description: "Longest interval between two reads of a secret, in seconds.",
        bound: "at most",
        contract: "secretRefresh",
        default: minutes(5),
    },
    vpcCidrs: byRole("Address range of the network of each role."),
    nodeFloor: {
        type: "object",
        description: "The least that the standby runs on, where the primary's stack exports no `nodeFloor`.",
        properties: {
            nodes: { type: "integer", minimum: 1 },
            instanceTypes: { type: "array", items: text, minItems: 1 },
        },
        required: ["nodes", "instanceTypes"],
        additionalProperties: false,
    },
    reason: {
        ...text,
        description: "Why a limit is looser than the contract; repeated in every report of the policy.",
    },
};

/** What tells a policy which role a stack has. */
const system = ["project", "environment", "stacks"] as const;

/** The keys of each policy, and those without which it cannot look. */
interface PolicySpec {
    readonly keys: readonly PolicyKey[];
    readonly needs: readonly PolicyKey[];
}

/** Every policy that judges a program, in the order of the roadmap. */
export const policySpecs = {
    "own-region": { keys: [...system, "regions"], needs: ["project", "regions"] },
    "required-tags": { keys: ["project", "tags"], needs: [] },
    "pinned-images": { keys: [], needs: [] },
    "protected-state": { keys: [], needs: [] },
    "backup-cadence": { keys: ["recoveryPoints", "reason"], needs: [] },
    "backup-region": { keys: ["project", "regions"], needs: ["project", "regions"] },
    "backup-durability": { keys: ["retention", "reason"], needs: [] },
    "backup-present": { keys: [...system, "fromPhase"], needs: ["project", "fromPhase"] },
    "failover-record-ttl": { keys: ["ttl", "reason"], needs: [] },
    "failover-trigger-time": { keys: ["project", "triggerTime", "reason"], needs: [] },
    "rto-budget": { keys: ["rto", "standbyStartUp", "reason"], needs: [] },
    "failover-pair-complete": { keys: ["project", "pairs", "latch", "marker", "reason"], needs: ["project", "pairs"] },
    "no-disabled-checks": { keys: [], needs: [] },
    "latch-outside-primary": { keys: ["project", "regions"], needs: ["project", "regions"] },
    "meta-quorum-survives-region": { keys: [], needs: [] },
    "sync-interval-always": { keys: [], needs: [] },
    "distinct-nats-names": {
        keys: [...system, "natsClusters", "serverPrefixes"],
        needs: ["project", "natsClusters", "serverPrefixes"],
    },
    "mirror-per-stream": {
        keys: [...system, "natsClusters", "streams"],
        needs: ["project", "natsClusters", "streams"],
    },
    "mirror-lag-alarm": { keys: [...system, "lag", "reason"], needs: ["project"] },
    "positions-kept": { keys: [...system, "streams"], needs: ["project", "streams"] },
    "secret-refresh": { keys: [...system, "regions", "refresh", "reason"], needs: ["project", "regions"] },
    "gitops-per-region": { keys: [...system], needs: ["project"] },
    "no-overlapping-cidr": { keys: [...system, "regions", "vpcCidrs"], needs: ["project", "regions", "vpcCidrs"] },
    "standby-capacity": { keys: [...system, "nodeFloor"], needs: ["project"] },
} as const satisfies Record<string, PolicySpec>;

export type PolicyName = keyof typeof policySpecs;

export const policyNames = Object.keys(policySpecs) as PolicyName[];

/** What one policy is told. */
export type PolicyConfig<Name extends PolicyName = PolicyName> = Partial<
    Pick<PolicyKeys, (typeof policySpecs)[Name]["keys"][number]>
>;

/** What all policies are told, as `--policy-pack-config` takes it. */
export type PolicyConfiguration = { readonly [Name in PolicyName]?: PolicyConfig<Name> };

/** What tells a policy which role a stack has, as far as it knows. */
export type SystemConfig = Pick<PolicyConfig<"own-region">, "project" | "environment" | "stacks">;

/** Keys of a policy, for code that walks over all of them. */
export function specOf(policy: PolicyName): PolicySpec {
    return policySpecs[policy];
}

/** The defaults of a policy's keys. */
export function policyDefaults<Name extends PolicyName>(policy: Name): PolicyConfig<Name> {
    const entries = specOf(policy).keys.flatMap((key) => {
        const value = policyKeys[key].default;
        return value === undefined ? [] : [[key, value] as const];
    });
    return Object.fromEntries(entries) as PolicyConfig<Name>;
}
