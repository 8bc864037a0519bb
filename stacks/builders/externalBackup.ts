import { RunError } from "@pulumi/pulumi";
import { ClusterBackup } from "../../components/backup/clusterBackup";
import { configSchedule, dailySchedule } from "../../components/backup/clusterBackupSchedules";
import type { Cadence } from "../../components/model/cadence";
import { days } from "../../components/model/duration";
import { part, type Parts } from "../../infra/parts";
import type { PhaseBuilder, StackContext } from "../../infra/stack";
import { natsCadence, otherCadence } from "../parts/backupCadence";
import { buildBackupAlarm, buildBackupBucket, buildNatsBackup, locationOf, repositoryPassword } from "../parts/backups";
import { warnIfNobodyIsPaged } from "../parts/paging";
import { physicalName } from "../../components/model/nameLimits";

/** What external backup builds: phase11ExternalBackup.ts says what it is for. */
export const externalBackupBuilder: PhaseBuilder = {
    async before(stack) {
        if (stack.role !== "primary") return;
        const dr = await stack.outputsOf("dr");
        const issues = otherCadence(natsCadence(stack), stack.peers.dr, dr?.["backupCadence"] as Cadence | undefined);
        if (issues.length > 0)
            throw new RunError(
                `the backups of stack ${stack.name} are not those that stack ${stack.peers.dr} waits for:\n  - ${issues.join("\n  - ")}`,
            );
    },

    async dr(stack) {
        const source = stack.profile.regions.primary;
        const natsBackups = await buildBackupBucket(stack, "nats", source);
        const clusterBackups = await buildBackupBucket(stack, "velero", source);
        await warnIfNobodyIsPaged(stack);
        const backupTopicArn = buildBackupAlarm(stack, natsBackups);
        return {
            parts: { backups: { nats: natsBackups, cluster: clusterBackups } },
            outputs: { natsBackups, clusterBackups, backupTopicArn, backupCadence: natsCadence(stack) },
        };
    },

    async primary(stack, parts) {
        const dr = await stack.peer("dr");
        const own = stack.region;
        const streams = locationOf(dr.require("natsBackups"), own, "nats");
        const objects = locationOf(dr.require("clusterBackups"), own, "velero");
        buildNatsBackup(stack, parts, streams);
        buildClusterBackup(stack, parts, objects);
        return {};
    },
};

function buildClusterBackup(
    { aws, names, profile, settings }: StackContext,
    parts: Parts,
    location: ReturnType<typeof locationOf>,
): void {
    const cluster = part(parts, "cluster");
    const { contracts } = profile;
    new ClusterBackup(
        "cluster-backup",
        {
            clusterName: cluster.clusterName,
            roleName: physicalName("IAM role", [names.base, "velero"]),
            location,
            versions: settings.versions,
            namespaces: [profile.namespaces.api, profile.namespaces.nats],
            schedules: [
                {
                    ...dailySchedule,
                    retention: days(settings.backup.retentionDays),
                    contract: contracts.clusterVolumesRpo,
                },
                { ...configSchedule, retention: contracts.backupRetention.limit, contract: contracts.configRpo },
            ],
            passwordName: repositoryPassword(profile),
            passwordReplicas: [profile.regions.dr.name],
            ...(settings.cluster.snapshotController ? {} : { snapshotController: null }),
        },
        { providers: [aws, cluster.provider], dependsOn: cluster.ready },
    );
}
