import { clusterDefaults } from "../components/cluster/regionClusterRules";
import { contractTerms, type Contracts } from "../components/model/contract";
import { liveNameOf } from "../components/model/environment";
import { dnsNamesOf } from "../components/model/dnsNames";
import type { PolicyConfiguration } from "../components/model/policyConfig";
import type { RegionProfile, Role, SystemProfile } from "../components/model/profile";
import { requiredTags } from "../components/model/requiredTags";
import { production } from "../components/model/stackName";

/** What the policies are told of a system. */
export type PolicySystem = Pick<
    SystemProfile,
    "name" | "apiHost" | "regions" | "streams" | "contracts" | "standbyStartUp"
>;

/** Whose stacks are judged by it. */
export interface PolicyScope {
    /** Name of the Pulumi project. */
    readonly project: string;
    /** The environment that the system is of. @default "prod" */
    readonly environment?: string;
    /** The environment's live name, where setting `dns.liveName` gives one. @default the environment's own */
    readonly liveName?: string;
}

/** The contracts that are kept by nothing but a scheduled backup. */
const backupContracts = ["natsBackupRpo", "clusterVolumesRpo", "configRpo"] as const;

/** The configuration of every policy for the stacks of a system: what `dr policy-config` writes, and the shipped pack starts with. */
export function policyConfigOf(
    system: PolicySystem,
    { project, environment = production, liveName = liveNameOf(system, environment) }: PolicyScope,
): PolicyConfiguration {
    const { contracts } = system;
    const stacksOf = { project, environment };
    const regions = byRole(system, ({ name }) => name);
    const natsClusters = byRole(system, ({ natsCluster }) => natsCluster);
    const streams = system.streams.map(({ name, mirror }) => ({ name, mirror }));
    return {
        "own-region": { ...stacksOf, regions },
        "required-tags": { project, tags: requiredTags(system, "{stack}", environment) },
        "backup-cadence": { recoveryPoints: recoveryPointsOf(contracts) },
        "backup-region": { project, regions },
        "backup-durability": { retention: contracts.backupRetention.limit },
        "backup-present": { ...stacksOf, fromPhase: Math.min(...backupContracts.map((name) => contracts[name].from)) },
        "failover-record-ttl": { ttl: contracts.recordTtl.limit },
        "failover-trigger-time": { project, triggerTime: contracts.failoverTrigger.limit },
        "rto-budget": { rto: contracts.apiRto.limit, standbyStartUp: system.standbyStartUp },
        "failover-pair-complete": { project, pairs: [dnsNamesOf({ apiHost: liveName }).pair] },
        "latch-outside-primary": { project, regions },
        "distinct-nats-names": {
            ...stacksOf,
            natsClusters,
            serverPrefixes: byRole(system, ({ role, short }) => (role === "primary" ? undefined : short)),
        },
        "mirror-per-stream": { ...stacksOf, natsClusters, streams },
        "mirror-lag-alarm": { ...stacksOf, lag: contracts.mirrorLag.limit },
        "positions-kept": { ...stacksOf, streams },
        "secret-refresh": { ...stacksOf, regions, refresh: contracts.secretRefresh.limit },
        "gitops-per-region": stacksOf,
        "no-overlapping-cidr": { ...stacksOf, regions, vpcCidrs: byRole(system, ({ vpcCidr }) => vpcCidr) },
        "standby-capacity": {
            ...stacksOf,
            nodeFloor: { nodes: clusterDefaults.nodes, instanceTypes: clusterDefaults.instanceTypes },
        },
    };
}

function recoveryPointsOf(contracts: Contracts): Record<string, number> {
    const names = [...backupContracts, "durablePositions"] as const;
    return Object.fromEntries(names.map((name) => [contractTerms[name].id, contracts[name].limit]));
}

function byRole(
    { regions }: PolicySystem,
    read: (region: RegionProfile) => string | undefined,
): Partial<Record<Role, string>> {
    const entries = Object.values(regions).map((region) => [region.role, read(region)] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
