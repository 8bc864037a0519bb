import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { validatePrefix } from "./backupBucketRules";
import { createSnapshotClass, type SnapshotArgs } from "./clusterBackupSnapshots";
import { installVelero, type VeleroArgs } from "./clusterBackupVelero";

/** `location` is where another cluster's backups are. */
export interface ClusterRestoreArgs extends SnapshotArgs, VeleroArgs {
    /** What fills the repository's password (`repositorySecret`) in Velero's namespace, which is there beforehand: the other cluster's own. */
    readonly password: pulumi.Resource;
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
        super("drkit:index:ClusterRestore", name, {}, opts);
        const parent = { parent: this };

        const snapshots = createSnapshotClass(name, args, parent);
        this.release = installVelero(name, args, "ReadOnly", [args.password, snapshots], parent);
        this.registerOutputs({});
    }
}
