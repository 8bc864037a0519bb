import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { validatePrefix } from "./backupBucketRules";
import { recoveryContractAnnotation } from "../model/cadence";
import { repositorySecret, veleroNamespace } from "./clusterBackupChart";
import { createVeleroNamespace } from "./clusterBackupNamespace";
import {
    scheduleSpec,
    validateClusterSchedules,
    volumePolicyText,
    type ClusterSchedule,
    type Excluded,
} from "./clusterBackupSchedules";
import { createSnapshotClass, type SnapshotArgs } from "./clusterBackupSnapshots";
import { installVelero, type VeleroArgs } from "./clusterBackupVelero";

export interface ClusterBackupArgs extends SnapshotArgs, VeleroArgs {
    /** Namespaces that are backed up. */
    readonly namespaces: readonly string[];
    readonly schedules: readonly ClusterSchedule[];
    /** What streams and other workloads with a road of their own are known by. @default app.kubernetes.io/name = nats */
    readonly excluded?: Excluded;
    /** Name in Secrets Manager of the repository's password. */
    readonly passwordName: string;
    /** Regions that get a replica of the password, because the restore happens there. */
    readonly passwordReplicas: readonly string[];
}

/** The label that the official NATS chart puts on its pods, and its StatefulSet therefore on the volumes it claims. */
const natsWorkloads: Excluded = { label: "app.kubernetes.io/name", values: ["nats"] };

/** What is wrong with the plain values of a cluster's backup; nothing if all is well. */
export function validateClusterBackup(
    args: Pick<ClusterBackupArgs, "namespaces" | "schedules" | "passwordReplicas"> & { readonly prefix: string },
): string[] {
    return [
        ...(args.namespaces.length > 0 ? [] : ["namespaces: empty; name those to back up"]),
        ...(args.passwordReplicas.length > 0
            ? []
            : ["passwordReplicas: empty; without the password in another region the repository cannot be read there"]),
        ...validatePrefix(args.prefix),
        ...validateClusterSchedules(args.schedules),
    ];
}

/**
 * Backs a cluster's objects and volumes up with Velero, to a bucket in another region.
 *
 * Volumes go by snapshot data movement: a CSI snapshot is read by the node agent and its data written to the bucket, because an EBS
 * snapshot cannot be restored in another region. NATS is left out: streams restore by their own road.
 *
 * The repository's password is random, never Velero's published default; it is kept in Secrets Manager with a replica where the restore
 * happens. Whoever loses it has lost every volume in the bucket.
 *
 * ### Cost
 * Storage in the bucket ($0.023 per GB and month, deduplicated), transfer ($0.02/GB), $0.40 a month for the secret and for each replica;
 * server and node agents take about 0.3 CPU and 0.5 GiB of the nodes.
 */
export class ClusterBackup extends pulumi.ComponentResource {
    /** The release; what needs Velero's CRDs depends on it. */
    readonly release: kubernetes.helm.v3.Release;
    /** ARN of the password in Secrets Manager. */
    readonly passwordArn: pulumi.Output<string>;

    constructor(name: string, args: ClusterBackupArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateClusterBackup({ ...args, prefix: args.location.prefix });
        if (issues.length > 0) throw new Error(`ClusterBackup "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:ClusterBackup", name, {}, opts);
        const parent = { parent: this };
        const excluded = args.excluded ?? natsWorkloads;
        const volumePolicyName = "volume-policy";

        const namespace = createVeleroNamespace(`${name}-namespace`, parent);
        const snapshots = createSnapshotClass(name, args, parent);
        const password = createRepositoryPassword(namespace);
        this.release = installVelero(name, args, "ReadWrite", [namespace, snapshots, password.secret], parent);
        const volumePolicy = createVolumePolicy(namespace);
        for (const schedule of args.schedules) createSchedule(schedule, [this.release, volumePolicy]);

        this.passwordArn = password.arn;
        this.registerOutputs({ passwordArn: this.passwordArn });

        function createRepositoryPassword(owner: kubernetes.core.v1.Namespace) {
            // Kept even if the program forgets it: a new password would not open the old repository.
            const forever = { ...parent, protect: true };
            const value = pulumi.secret(
                new random.RandomPassword(`${name}-password-value`, { length: 48, special: false }, forever).result,
            );
            const stored = new aws.secretsmanager.Secret(
                `${name}-password`,
                {
                    name: args.passwordName,
                    description: "Opens Velero's repository of volume data",
                    replicas: args.passwordReplicas.map((region) => ({ region })),
                },
                forever,
            );
            new aws.secretsmanager.SecretVersion(
                `${name}-password-version`,
                { secretId: stored.id, secretString: value },
                parent,
            );
            const secret = new kubernetes.core.v1.Secret(
                `${name}-password-in-cluster`,
                {
                    metadata: { name: repositorySecret.name, namespace: owner.metadata.name },
                    type: "Opaque",
                    stringData: { [repositorySecret.key]: value },
                },
                parent,
            );
            return { arn: stored.arn, secret };
        }

        function createVolumePolicy(owner: kubernetes.core.v1.Namespace) {
            return new kubernetes.core.v1.ConfigMap(
                `${name}-volume-policy`,
                {
                    metadata: { name: volumePolicyName, namespace: owner.metadata.name },
                    data: { "policy.yaml": volumePolicyText(excluded) },
                },
                parent,
            );
        }

        function createSchedule(schedule: ClusterSchedule, before: pulumi.Resource[]) {
            new kubernetes.apiextensions.CustomResource(
                `${name}-${schedule.name}`,
                {
                    apiVersion: "velero.io/v1",
                    kind: "Schedule",
                    metadata: {
                        name: schedule.name,
                        namespace: veleroNamespace,
                        annotations: { [recoveryContractAnnotation]: schedule.contract.id },
                    },
                    spec: scheduleSpec(schedule, args.namespaces, excluded, volumePolicyName),
                },
                { ...parent, dependsOn: before },
            );
        }
    }
}
