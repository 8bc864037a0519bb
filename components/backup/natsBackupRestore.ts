import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { repeatedRun } from "../cluster/repeatedRun";
import { cronJobTimes } from "../model/jobTimes";
import { backupIdentity, type BackupIdentityArgs } from "./backupIdentity";
import { locationPolicy, type BackupLocation } from "./backupBucketLocation";
import { backupReaderStatements } from "./backupBucketPolicies";
import {
    awsContainer,
    backupMountPath,
    backupPod,
    defaultRoomGib,
    natsContainer,
    type NatsAccess,
} from "./natsBackupPod";

/** `jobName` is also the name of the ConfigMap in which an operator says what to restore. */
export interface NatsRestoreArgs extends BackupIdentityArgs {
    readonly nats: NatsAccess;
    readonly source: BackupLocation;
    /** NATS cluster that takes the streams in, whatever the backup or the ConfigMap says. @default the one they were in */
    readonly cluster?: string;
    /** Room for one backup, in GiB. @default 20 */
    readonly roomGib?: number;
    /** Class of a disk that lives as long as the run. @default none: part of the node's own disk */
    readonly storageClass?: pulumi.Input<string>;
}

/**
 * The restore, ready to be started and never started by itself: a suspended CronJob that an operator copies into a Job
 * (`operate/startJob.sh`). So role, images and script are there and checked before the day.
 *
 * What to restore stands in an optional ConfigMap of the same name: `BACKUP` (a moment; without it the newest), `STREAMS`,
 * `RESTORE_CLUSTER`, `REPLACE_EMPTY`. The script refuses a cluster that has the streams already.
 *
 * ### Cost
 * None until it runs.
 */
export class NatsRestore extends pulumi.ComponentResource {
    readonly cronJob: kubernetes.batch.v1.CronJob;

    constructor(name: string, args: NatsRestoreArgs, opts?: pulumi.ComponentResourceOptions) {
        super("drkit:index:NatsRestore", name, {}, opts);
        const parent = { parent: this };

        const { account, role } = backupIdentity(
            name,
            args,
            "reader",
            locationPolicy(args.source, backupReaderStatements),
            parent,
        );
        this.cronJob = createSuspendedCronJob();

        this.registerOutputs({ cronJob: this.cronJob.metadata.name });

        function createSuspendedCronJob() {
            const directory = { name: "RESTORE_DIR", value: backupMountPath };
            const cluster = args.cluster === undefined ? [] : [{ name: "RESTORE_CLUSTER", value: args.cluster }];
            // The restore itself is complete: with another status the Job would count as failed. What waits for it reads the last line.
            const status = { name: "WORK_LEFT_STATUS", value: "0" };
            const choice = { envFrom: [{ configMapRef: { name: args.jobName, optional: true } }] };
            const template = backupPod({
                jobName: args.jobName,
                purpose: "nats-restore",
                serviceAccountName: account.metadata.name,
                room: { sizeGib: args.roomGib ?? defaultRoomGib, storageClass: args.storageClass },
                first: awsContainer("fetch", args.source, [directory], choice),
                then: natsContainer("restore", args.nats, [directory, ...cluster, status], choice),
            });
            return new kubernetes.batch.v1.CronJob(
                `${name}-job`,
                repeatedRun({
                    name: args.jobName,
                    namespace: args.namespace,
                    times: cronJobTimes.natsRestore,
                    suspend: true,
                    template,
                }),
                { ...parent, dependsOn: [role.association] },
            );
        }
    }
}
