import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaited, runOf } from "../cluster/repeatedRun";
import type { Seconds } from "../model/duration";
import { jobTimes } from "../model/jobTimes";
import { backupIdentity, type BackupIdentityArgs } from "./backupIdentity";
import { locationPolicy, type BackupLocation } from "./backupBucketLocation";
import { backupWriterStatements } from "./backupBucketPolicies";
import {
    awsContainer,
    backupMountPath,
    backupPod,
    defaultRoomGib,
    natsContainer,
    type NatsAccess,
} from "./natsBackupPod";

/** `jobName` is also the name that the snapshots begin with. */
export interface NatsJoinBackupArgs extends BackupIdentityArgs {
    readonly nats: NatsAccess;
    /** Streams without which the backup counts as failed. */
    readonly streams: readonly string[];
    readonly destination: BackupLocation;
    /** Claims of the servers' volumes: "nats-js-nats-0". */
    readonly claims: readonly string[];
    /** How long the backup may take, in seconds. @default 1800 */
    readonly deadline?: Seconds;
    /** Room for the backup, in GiB. @default 20 */
    readonly roomGib?: number;
    /** Class of a disk that lives as long as the run. @default none: part of the node's own disk */
    readonly storageClass?: pulumi.Input<string>;
}

/** What is wrong with the plain values; empty if nothing is. */
function validateNatsJoinBackup({ streams, claims }: Pick<NatsJoinBackupArgs, "streams" | "claims">): string[] {
    return [
        ...(streams.length > 0 ? [] : ["streams: empty; name those that the join must not cost"]),
        ...(claims.length > 0 ? [] : ["claims: empty; name the claims of the servers' volumes"]),
    ];
}

/**
 * What a NATS cluster is given before it is joined to others, because joining is where streams get lost: a backup made now and not
 * an hour ago, in another region, and a snapshot of every server's volume. Whoever restarts the servers with gateways depends on `ready`, and
 * waits until all of it is there.
 *
 * Made once. The snapshots outlive the program: deleting the object keeps the snapshot, and once the join has proved itself they are deleted by hand.
 *
 * ### Cost
 * Snapshots $0.05 per GB and month of what the volumes hold; the backup as with `NatsBackup`.
 */
export class NatsJoinBackup extends pulumi.ComponentResource {
    readonly ready: pulumi.Resource[];

    constructor(name: string, args: NatsJoinBackupArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateNatsJoinBackup(args);
        if (issues.length > 0) throw new Error(`NatsJoinBackup "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:NatsJoinBackup", name, {}, opts);
        const parent = { parent: this };
        const { deadline = jobTimes.natsJoinBackup.deadline } = args;
        const times = { ...jobTimes.natsJoinBackup, deadline };

        const backup = createBackup();
        const snapshots = createSnapshots();

        this.ready = [backup, ...snapshots];
        this.registerOutputs({});

        function createBackup() {
            const { account, role } = backupIdentity(
                name,
                args,
                "writer",
                locationPolicy(args.destination, backupWriterStatements),
                parent,
            );
            const directory = { name: "BACKUP_DIR", value: backupMountPath };
            return new kubernetes.batch.v1.Job(
                `${name}-job`,
                {
                    // A Job that failed is made again by the next update; without this it would stay failed for ever.
                    metadata: {
                        name: args.jobName,
                        namespace: args.namespace,
                        annotations: { "pulumi.com/replaceUnready": "true" },
                    },
                    spec: runOf(
                        times,
                        backupPod({
                            jobName: args.jobName,
                            // It writes to where the hourly backup writes.
                            purpose: "nats-backup",
                            serviceAccountName: account.metadata.name,
                            room: { sizeGib: args.roomGib ?? defaultRoomGib, storageClass: args.storageClass },
                            first: natsContainer("make", args.nats, [
                                { name: "STREAMS", value: args.streams.join(" ") },
                                directory,
                            ]),
                            then: awsContainer("upload", args.destination, [directory]),
                        }),
                    ),
                },
                // Made once: a newer image is no reason to back up again.
                {
                    ...parent,
                    dependsOn: [role.association],
                    ignoreChanges: ["spec"],
                    ...awaited(times),
                },
            );
        }

        function createSnapshots() {
            const snapshotClass = new kubernetes.apiextensions.CustomResource(
                `${name}-snapshot-class`,
                {
                    apiVersion: "snapshot.storage.k8s.io/v1",
                    kind: "VolumeSnapshotClass",
                    metadata: { name: args.jobName },
                    driver: "ebs.csi.aws.com",
                    deletionPolicy: "Retain",
                },
                parent,
            );
            return args.claims.map(
                (claim) =>
                    new kubernetes.apiextensions.CustomResource(
                        `${name}-${claim}`,
                        {
                            apiVersion: "snapshot.storage.k8s.io/v1",
                            kind: "VolumeSnapshot",
                            metadata: {
                                name: `${args.jobName}-${claim}`,
                                namespace: args.namespace,
                                annotations: { "pulumi.com/waitFor": "jsonpath={.status.readyToUse}=true" },
                            },
                            spec: {
                                volumeSnapshotClassName: args.jobName,
                                source: { persistentVolumeClaimName: claim },
                            },
                        },
                        // After the backup, so that the two are of the same moment; a volume of 20 GiB takes minutes.
                        { ...parent, dependsOn: [snapshotClass, backup], customTimeouts: { create: "30m" } },
                    ),
            );
        }
    }
}
