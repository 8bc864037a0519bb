import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { validateStreamNames } from "../nats/natsStreamRules";
import { repeatedRun } from "../cluster/repeatedRun";
import { validatePrefix } from "./backupBucketRules";
import { backupIdentity, type BackupIdentityArgs } from "./backupIdentity";
import { locationPolicy, type BackupLocation } from "./backupBucketLocation";
import { backupWriterStatements } from "./backupBucketPolicies";
import { recoveryContractAnnotation, validateCadence, type Cadence, type RecoveryContract } from "../model/cadence";
import { cronJobTimes } from "../model/jobTimes";
import {
    awsContainer,
    backupMountPath,
    backupPod,
    defaultRoomGib,
    natsContainer,
    type NatsAccess,
} from "./natsBackupPod";

export interface NatsBackupArgs extends BackupIdentityArgs {
    readonly nats: NatsAccess;
    /** Streams without which a backup counts as failed; other file streams of the account in the same NATS cluster come along. */
    readonly streams: readonly string[];
    readonly destination: BackupLocation;
    /** What the cadence has to keep. */
    readonly contract: RecoveryContract;
    /** @default hourly, half an hour a run */
    readonly cadence?: Cadence;
    /**
     * Created suspended, as the standby's backup is: it runs from the moment on which an operator resumes it, and no later update of the
     * stack suspends it again. @default false
     */
    readonly suspended?: boolean;
    /** Room for one backup, in GiB; a backup is compressed. @default 20 */
    readonly roomGib?: number;
    /** Class of a disk that lives as long as a run. @default none: part of the node's own disk */
    readonly storageClass?: pulumi.Input<string>;
}

/** What is wrong with the plain values of a backup; nothing if all is well. */
export function validateNatsBackup(
    args: Pick<NatsBackupArgs, "streams" | "cadence" | "contract" | "roomGib"> & { readonly prefix: string },
): string[] {
    const room = args.roomGib ?? defaultRoomGib;
    return [
        ...(args.streams.length > 0
            ? []
            : ["streams: empty; name the streams without which a backup is worth nothing"]),
        ...validateStreamNames(args.streams),
        ...validatePrefix(args.prefix),
        ...validateCadence({ ...cronJobTimes.natsBackup, ...args.cadence }, args.contract.limit),
        ...(Number.isInteger(room) && room >= 1 ? [] : [`roomGib: ${room}; allowed are whole GiB from 1`]),
    ];
}

/**
 * Backs the streams up to a bucket in another region: a CronJob whose first container makes the backup with the `nats` CLI on a
 * volume, and whose second one uploads it. Definitions of streams and consumers go with it.
 *
 * The manifest is uploaded last and alone decides what a backup is, so that no failure in between leaves something that looks whole.
 * Two runs never overlap, one that an operator started included, and each has a stamp of its own, so that their objects cannot mix.
 * A run that fails stays visible as a failed Job (three are kept); a run that is missing is seen by `BackupAgeAlarm`, in the bucket's region.
 *
 * ### Cost
 * Storage in the bucket ($0.023 per GB and month), transfer to the other region ($0.02/GB, and $0.045/GB where a NAT gateway is in between).
 */
export class NatsBackup extends pulumi.ComponentResource {
    readonly cronJob: kubernetes.batch.v1.CronJob;

    constructor(name: string, args: NatsBackupArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateNatsBackup({ ...args, prefix: args.destination.prefix });
        if (issues.length > 0) throw new Error(`NatsBackup "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:NatsBackup", name, {}, opts);
        const parent = { parent: this };

        const { account, role } = backupIdentity(
            name,
            args,
            "writer",
            locationPolicy(args.destination, backupWriterStatements),
            parent,
        );
        this.cronJob = createCronJob();

        this.registerOutputs({ cronJob: this.cronJob.metadata.name });

        function createCronJob() {
            const directory = { name: "BACKUP_DIR", value: backupMountPath };
            const template = backupPod({
                jobName: args.jobName,
                purpose: "nats-backup",
                serviceAccountName: account.metadata.name,
                room: { sizeGib: args.roomGib ?? defaultRoomGib, storageClass: args.storageClass },
                first: natsContainer("make", args.nats, [
                    { name: "STREAMS", value: args.streams.join(" ") },
                    directory,
                ]),
                then: awsContainer("upload", args.destination, [directory]),
            });
            return new kubernetes.batch.v1.CronJob(
                `${name}-job`,
                repeatedRun({
                    name: args.jobName,
                    namespace: args.namespace,
                    annotations: { [recoveryContractAnnotation]: args.contract.id },
                    times: { ...cronJobTimes.natsBackup, ...args.cadence },
                    suspend: args.suspended ?? false,
                    template,
                }),
                {
                    ...parent,
                    // Credentials are injected when a pod starts, so the association comes first.
                    dependsOn: [role.association],
                    // An operator resumes it after a promotion. No update may suspend it again.
                    ...(args.suspended && { ignoreChanges: ["spec.suspend"] }),
                },
            );
        }
    }
}
