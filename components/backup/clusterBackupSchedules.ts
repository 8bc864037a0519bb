import { formatDuration, type Seconds } from "../model/duration";
import { recoveryPoint, validateCadence, type Cadence, type Cron, type RecoveryContract } from "../model/cadence";
import { veleroTimes } from "../model/jobTimes";
import { defaultLocation } from "./clusterBackupChart";

/** What one schedule backs up, how often, and for which contract. */
export interface ClusterSchedule {
    /** Name of the Schedule object. */
    readonly name: string;
    readonly schedule: Cron;
    /** Velero has no deadline for a whole backup; it ends waiting for volumes after this time, and the parts before that take minutes. */
    readonly deadline: Seconds;
    /** Volumes too, by snapshots whose data is moved to the bucket; otherwise objects only. */
    readonly volumes: boolean;
    /** How long Velero keeps a backup, in seconds. */
    readonly retention: Seconds;
    readonly contract: RecoveryContract;
}

/** Volumes and objects, daily. */
export const dailySchedule = { name: "daily-cluster-backup", ...veleroTimes.dailyBackup, volumes: true } as const;

/** Objects alone, more often. */
export const configSchedule = { name: "config-backup", ...veleroTimes.configBackup, volumes: false } as const;

/** Workloads that Velero leaves alone, by a label of the pods and of the volumes that their StatefulSet claims. */
export interface Excluded {
    readonly label: string;
    readonly values: readonly string[];
}

/** What is wrong with a list of schedules; nothing if all is well. */
export function validateClusterSchedules(schedules: readonly ClusterSchedule[]): string[] {
    if (schedules.length === 0) return ["schedules: empty; name at least one"];
    return schedules.flatMap((schedule, index) => [
        ...(schedules.findIndex((other) => other.name === schedule.name) < index
            ? [`schedules.${schedule.name}: named twice`]
            : []),
        ...(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(schedule.name)
            ? []
            : [`schedules.${schedule.name}: no name of a Kubernetes object; use small letters, digits and hyphens`]),
        ...validateCadence(schedule, schedule.contract.limit).map((issue) => `schedules.${schedule.name}.${issue}`),
        ...(schedule.retention > promised(schedule)
            ? []
            : [
                  `schedules.${schedule.name}.retention: ${formatDuration(schedule.retention)} is over before the next backup is there`,
              ]),
    ]);
}

/** The recovery point of a cadence, or nothing for one that is reported as wrong already. */
function promised(cadence: Cadence): Seconds {
    try {
        return recoveryPoint(cadence);
    } catch {
        return 0;
    }
}

/** The `spec` of a Velero Schedule object. */
export function scheduleSpec(
    schedule: ClusterSchedule,
    namespaces: readonly string[],
    excluded: Excluded,
    volumePolicy: string,
): Record<string, unknown> {
    return {
        schedule: schedule.schedule,
        // A new schedule waits for its time: the first update of a stack should not start a backup of everything.
        skipImmediately: true,
        useOwnerReferencesInBackup: false,
        template: {
            storageLocation: defaultLocation,
            includedNamespaces: [...namespaces],
            // Streams restore by their own road: a StatefulSet or a volume that Velero brings back would boot NATS out of order.
            labelSelector: {
                matchExpressions: [{ key: excluded.label, operator: "NotIn", values: [...excluded.values] }],
            },
            ...(schedule.volumes
                ? { snapshotMoveData: true, resourcePolicy: { kind: "configmap", name: volumePolicy } }
                : {
                      snapshotVolumes: false,
                      snapshotMoveData: false,
                      excludedNamespaceScopedResources: ["persistentvolumeclaims"],
                      excludedClusterScopedResources: ["persistentvolumes"],
                  }),
            defaultVolumesToFsBackup: false,
            itemOperationTimeout: `${schedule.deadline}s`,
            ttl: `${schedule.retention / 3_600}h0m0s`,
        },
    };
}

/** Velero's volume policy that skips the volumes of excluded workloads, should anything else pull them in. */
export function volumePolicyText(excluded: Excluded): string {
    const policy = {
        version: "v1",
        volumePolicies: excluded.values.map((value) => ({
            conditions: { pvcLabels: { [excluded.label]: value } },
            action: { type: "skip" },
        })),
    };
    // JSON is YAML, and needs no library here.
    return `${JSON.stringify(policy, null, 2)}\n`;
}
