import type { PolicyResource } from "@pulumi/policy";
import { scheduledBackup, scheduledBackupTypes } from "../components/backup/scheduledBackup";
import { contractTerms, type ContractName } from "../components/model/contract";
import { isBackupBucket } from "./shared/backups";
import { stackPolicy } from "./shared/define";
import { roleOf, stackOf } from "./shared/stacks";

/** Contracts that are kept by nothing but a scheduled backup in the primary. */
const kept: readonly ContractName[] = ["natsBackupRpo", "clusterVolumesRpo", "configRpo"];

/** Kinds of buckets that the standby has for what the primary backs up. */
const kinds = ["nats-backup", "velero-backup"];

/**
 * What is not there breaks no rule on schedules or buckets: deleting a backup altogether would go unseen until the day it is needed.
 * The phase is the output that every stack has; a policy sees no configuration.
 */
export const backupPresent = stackPolicy(
    "backup-present",
    "From the phase of its backups on the primary has a running backup for each recovery contract, and the standby the buckets.",
    ({ resources }, config, report) => {
        const { fromPhase } = config;
        const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
        if (stack === undefined || fromPhase === undefined || !(Number(stack.props.phase) >= fromPhase)) return;
        const role = roleOf(config, stack.urn);
        const place: Place = { stack: stackOf(stack.urn), fromPhase };
        const issues =
            role === "primary"
                ? missingSchedules(resources, place)
                : role === "dr"
                  ? missingBuckets(resources, place)
                  : [];
        for (const issue of issues) report(issue);
    },
);

/** The stack, and since when it has backups. */
interface Place {
    readonly stack: string;
    readonly fromPhase: number;
}

function missingSchedules(resources: readonly PolicyResource[], { stack, fromPhase }: Place): string[] {
    // In a preview, what goes into a cluster that is not there yet has no properties; the update looks at them.
    const types: string[] = Object.values(scheduledBackupTypes);
    if (resources.some(({ type, props }) => types.includes(type) && props.spec === undefined)) return [];
    const backups = resources.flatMap(({ type, props }) => scheduledBackup(type, props) ?? []);
    return kept.flatMap((name) => {
        const { id, title } = contractTerms[name];
        const own = backups.filter((backup) => backup.contractId === id);
        if (own.some((backup) => !backup.suspended)) return [];
        const found =
            own.length === 0 ? "no scheduled backup names it" : "every scheduled backup that names it is suspended";
        return [
            `contract ${id} (${title}) is kept by nothing: ${found}. From phase ${fromPhase} on stack ${stack} has one: put it back, or lower the phase.`,
        ];
    });
}

function missingBuckets(resources: readonly PolicyResource[], { stack, fromPhase }: Place): string[] {
    const found = resources
        .filter(({ type, props }) => isBackupBucket(type, props))
        .map(({ props }) => String(props.tags?.Kind));
    return kinds
        .filter((kind) => !found.includes(kind))
        .map(
            (kind) =>
                `no bucket has the tag Kind "${kind}"; found: ${found.join(", ") || "none"}. From phase ${fromPhase} on stack ${stack} holds the primary's backups: put it back, or lower the phase.`,
        );
}
