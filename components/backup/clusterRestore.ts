import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { locationPolicy, type BackupLocation } from "./backupBucketLocation";
import { backupRestorerStatements } from "./backupBucketPolicies";
import { validatePrefix } from "./backupBucketRules";
import { veleroChart, veleroChartValues, veleroNamespace, veleroServiceAccount } from "./clusterBackupChart";
import { createSnapshotClass, type SnapshotArgs } from "./clusterBackupSnapshots";
import { PodRole } from "../cluster/podRole";

export interface ClusterRestoreArgs extends SnapshotArgs {
    /** Physical name of Velero's role, unique in the account. */
    readonly roleName: string;
    /** Where another cluster's backups are. */
    readonly location: BackupLocation;
    /** What fills the repository's password (`repositorySecret`) in Velero's namespace, which is there beforehand: the other cluster's own. */
    readonly password: pulumi.Resource;
    /** How long Helm waits for Velero, in seconds. @default 600 */
    readonly timeoutSeconds?: number;
}

/**
 * Velero in a cluster that restores what another one backed up: its location is read-only, so it can neither back up into it, nor
 * delete a backup, nor run the repository's maintenance beside the owner's.
 *
 * It has no schedule. What it may write is the log of a restore, which Velero stores beside the backup whatever the mode, and without
 * which a restore ends as failed.
 *
 * ### Cost
 * None of its own; server and node agents take about 0.3 CPU and 0.5 GiB of the nodes.
 */
export class ClusterRestore extends pulumi.ComponentResource {
    /** The release; what needs Velero's CRDs depends on it. */
    readonly release: kubernetes.helm.v3.Release;

    constructor(name: string, args: ClusterRestoreArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validatePrefix(args.location.prefix);
        if (issues.length > 0) throw new Error(`ClusterRestore "${name}":\n- ${issues.join("\n- ")}`);
        super("kgents:backup:ClusterRestore", name, {}, opts);
        const parent = { parent: this };

        const snapshots = createSnapshotClass(name, args, parent);
        const role = createRole();
        this.release = installVelero([args.password, snapshots, role.association]);
        this.registerOutputs({});

        function createRole() {
            return new PodRole(
                `${name}-role`,
                {
                    roleName: args.roleName,
                    clusterName: args.clusterName,
                    namespace: veleroNamespace,
                    serviceAccount: veleroServiceAccount,
                    policy: locationPolicy(args.location, backupRestorerStatements),
                },
                parent,
            );
        }

        function installVelero(before: pulumi.Resource[]) {
            return new kubernetes.helm.v3.Release(
                `${name}-release`,
                {
                    name: veleroChart.name,
                    namespace: veleroNamespace,
                    chart: veleroChart.name,
                    version: veleroChart.version,
                    repositoryOpts: { repo: veleroChart.repository },
                    timeout: args.timeoutSeconds ?? 600,
                    atomic: false,
                    values: { ...veleroChartValues(args.location, "ReadOnly") },
                },
                // Credentials are injected when a pod starts.
                { ...parent, dependsOn: before },
            );
        }
    }
}
