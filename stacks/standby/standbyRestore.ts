import type { Resource } from "@pulumi/pulumi";
import { repositorySecret, veleroNamespace } from "../../components/backup/clusterBackupChart";
import { ClusterRestore } from "../../components/backup/clusterRestore";
import type { SyncedSecret } from "../../components/secrets/secretSyncRules";
import { part, type Parts } from "../../infra/parts";
import type { SystemProfile } from "../../components/model/profile";
import type { StackContext } from "../../infra/stack";
import { locationOf, repositoryPassword } from "../parts/backups";
import { physicalName } from "../../components/model/nameLimits";

/** The password that opens the primary's backups, out of its replica; stored as it is, without a key. */
export function repositoryPasswordSync(profile: SystemProfile): SyncedSecret {
    return { name: repositoryPassword(profile), target: { namespace: veleroNamespace, ...repositorySecret } };
}

/** Velero in the standby, reading what the primary's backed up. */
export function buildClusterRestore(stack: StackContext<"dr">, parts: Parts, password: Resource): void {
    const { aws, names, profile, settings } = stack;
    const cluster = part(parts, "cluster");
    new ClusterRestore(
        "cluster-restore",
        {
            clusterName: cluster.clusterName,
            roleName: physicalName("IAM role", [names.base, "velero"]),
            location: locationOf(part(parts, "backups").cluster, profile.regions.primary, "velero"),
            versions: settings.versions,
            password,
            ...(settings.cluster.snapshotController ? {} : { snapshotController: null }),
        },
        { providers: [aws, cluster.provider], dependsOn: cluster.ready },
    );
}
