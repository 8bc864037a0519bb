import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { contracts, type ContractName } from "../infra/contracts";
import { isBackupBucket, scheduledBackup, scheduledBackupTypes } from "./backups";
import { ownRegionOf } from "./support";

/** From this phase on there are backups. */
const firstPhase = 11;

/** Contracts that are kept by nothing but a scheduled backup in the primary. */
const kept: readonly ContractName[] = ["natsBackupRpo", "clusterVolumesRpo", "configRpo"];

/** Kinds of buckets that the standby has for what the primary backs up. */
const kinds = ["nats-backup", "velero-backup"];

/**
 * What is not there breaks no rule on schedules or buckets: deleting a backup altogether would go unseen until the day it is needed.
 * The phase is the output that every stack has; a policy sees no configuration.
 */
export const backupPresent: StackValidationPolicy = {
    name: "backup-present",
    description:
        "From phase 11 on the primary has a running backup for each recovery contract, and the standby the buckets.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, reportViolation) => {
        const phase = Number(resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.props.phase);
        const role = resources.map(({ urn }) => ownRegionOf(urn)?.role).find((found) => found !== undefined);
        if (!(phase >= firstPhase)) return;
        if (role === "primary") for (const issue of missingSchedules(resources)) reportViolation(issue);
        if (role === "dr") for (const issue of missingBuckets(resources)) reportViolation(issue);
    },
};

function missingSchedules(resources: readonly PolicyResource[]): string[] {
    // In a preview, what goes into a cluster that is not there yet has no properties; the update looks at them.
    const types: string[] = Object.values(scheduledBackupTypes);
    if (resources.some(({ type, props }) => types.includes(type) && props.spec === undefined)) return [];
    const backups = resources.flatMap(({ type, props }) => scheduledBackup(type, props) ?? []);
    return kept.flatMap((name) => {
        const { id, title } = contracts[name];
        const own = backups.filter((backup) => backup.contractId === id);
        if (own.some((backup) => !backup.suspended)) return [];
        const found =
            own.length === 0 ? "no scheduled backup names it" : "every scheduled backup that names it is suspended";
        return [
            `contract ${id} (${title}) is kept by nothing: ${found}. From phase ${firstPhase} on stack primary has one: put it back, or lower the phase.`,
        ];
    });
}

function missingBuckets(resources: readonly PolicyResource[]): string[] {
    const found = resources
        .filter(({ type, props }) => isBackupBucket(type, props))
        .map(({ props }) => String(props.tags?.Kind));
    return kinds
        .filter((kind) => !found.includes(kind))
        .map(
            (kind) =>
                `no bucket has the tag Kind "${kind}"; found: ${found.join(", ") || "none"}. From phase ${firstPhase} on stack dr holds the primary's backups: put it back, or lower the phase.`,
        );
}
