import type { PhaseDefinition } from "../infra/roadmap";

/**
 * Phase 11, external backup (seed 000). The standby goes first: it has the buckets, and the alarm on the newest backup's age, which
 * has to outlive the primary region. The primary follows with the backup of its streams, Velero and the schedules.
 */
export const externalBackup: PhaseDefinition = {
    id: 11,
    title: "external backup",
    order: ["dr", "primary"],
    reads: { primary: ["dr"] },
    outputs: { dr: ["natsBackups", "clusterBackups", "backupTopicArn", "backupCadence"] },
    clusterNeeds: () => ({ addOns: { "eks-pod-identity-agent": "credentials of the backup jobs" } }),
};
