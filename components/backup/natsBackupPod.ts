import * as fs from "node:fs";
import * as path from "node:path";
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupLocation } from "./backupBucketLocation";
import { oneAtATime } from "../cluster/oneAtATime";
import { restrictedContainer, restrictedPod } from "../cluster/podSecurity";
import { scriptCommand } from "../cluster/scriptCommand";
import { imageReference, images } from "../model/versions";
import { natsImages } from "../nats/natsChart";

type Container = kubernetes.types.input.core.v1.Container;
type EnvVar = pulumi.Input<kubernetes.types.input.core.v1.EnvVar>;
type Volume = kubernetes.types.input.core.v1.Volume;

/** The AWS CLI and a shell; the image of the NATS tools has no `aws`, and this one no `nats`. */
export const awsCliImage = imageReference(images.awsCli);

/** The scripts that the pods run, and that the rehearsal runs unchanged. */
export const backupScripts = ["make", "upload", "fetch", "restore"] as const;
export type BackupScript = (typeof backupScripts)[number];

/** Read when it is needed, so that a policy may import what is beside it without the files. */
export function backupScript(script: BackupScript): string {
    return fs.readFileSync(path.join(__dirname, "natsBackup", `${script}.sh`), "utf8");
}

/** Where NATS is and how to log in. */
export interface NatsAccess {
    /** Address of the servers: "nats://nats.shop-nats.svc:4222". */
    readonly url: pulumi.Input<string>;
    /** User and password, if the servers ask for them; the password stays in its Secret. */
    readonly login?: { readonly user: string; readonly secretName: pulumi.Input<string>; readonly secretKey: string };
}

/** The folder of a location that holds one object for each complete backup, and none for any other. */
export function completedPrefix(prefix: string): string {
    return `${prefix}/complete`;
}

/** Room for one backup, in GiB, where nobody says another: the size of a NATS server's volume. */
export const defaultRoomGib = 20;

/** Where both containers of a pod see the backup. */
export const backupMountPath = "/backup";

/** A container that talks to NATS. */
export function natsContainer(
    script: BackupScript,
    nats: NatsAccess,
    env: EnvVar[],
    rest?: Partial<Container>,
): Container {
    return container(script, `${natsImages.box.repository}:${natsImages.box.tag}`, rest, [
        { name: "NATS_URL", value: nats.url },
        ...loginOf(nats),
        // Longer than the CLI's 5 s: a stream's leader may be moving.
        { name: "NATS_TIMEOUT", value: "30s" },
        ...env,
    ]);
}

/** A container that talks to S3; its credentials come from Pod Identity. */
export function awsContainer(
    script: BackupScript,
    location: BackupLocation,
    env: EnvVar[],
    rest?: Partial<Container>,
): Container {
    return container(script, awsCliImage, rest, [
        { name: "BUCKET", value: location.bucketName },
        { name: "PREFIX", value: location.prefix },
        { name: "AWS_REGION", value: location.region },
        ...env,
    ]);
}

function container(
    script: BackupScript,
    image: string,
    rest: Partial<Container> | undefined,
    env: EnvVar[],
): Container {
    return {
        name: script,
        image,
        command: scriptCommand(backupScript(script)),
        // Both CLIs keep settings at home, and the root file system is read-only.
        env: [...env, { name: "HOME", value: "/tmp" }],
        securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
        volumeMounts: [
            { name: "backup", mountPath: backupMountPath },
            { name: "tmp", mountPath: "/tmp" },
        ],
        // `kubectl describe` shows the script's last lines, and so does whatever collects failed pods.
        terminationMessagePolicy: "FallbackToLogsOnError",
        ...rest,
    };
}

function loginOf({ login }: NatsAccess): EnvVar[] {
    if (!login) return [];
    return [
        { name: "NATS_USER", value: login.user },
        { name: "NATS_PASSWORD", valueFrom: { secretKeyRef: { name: login.secretName, key: login.secretKey } } },
    ];
}

/** What pods of a namespace do one at a time, whichever Job they are of: two would write to the same place. */
export type BackupPurpose = "nats-backup" | "nats-restore";

export interface BackupPodArgs {
    /** Name of the Job or CronJob, by which people find its pods. */
    readonly jobName: string;
    readonly purpose: BackupPurpose;
    readonly serviceAccountName: pulumi.Input<string>;
    readonly room: { readonly sizeGib: number; readonly storageClass?: pulumi.Input<string> };
    readonly first: Container;
    readonly then: Container;
}

/**
 * What the pods of backup and restore have in common: no rights on the node or in the cluster, room for one backup, and that they
 * wait for another pod with the same purpose.
 */
export function backupPod(args: BackupPodArgs) {
    const { labels, affinity } = oneAtATime(args.purpose);
    return {
        metadata: { labels: { "app.kubernetes.io/name": args.jobName, ...labels } },
        spec: { ...podSpec(args), affinity },
    };
}

function podSpec({ serviceAccountName, room, first, then }: BackupPodArgs): kubernetes.types.input.core.v1.PodSpec {
    return {
        restartPolicy: "Never",
        serviceAccountName,
        // Pod Identity brings a token of its own.
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { ...restrictedPod, fsGroup: restrictedPod.runAsGroup },
        initContainers: [first],
        containers: [then],
        volumes: [
            { name: "backup", ...roomOf(room) },
            { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
        ],
    };
}

/** A disk that lives as long as the pod, or a limited part of the node's. */
function roomOf({
    sizeGib,
    storageClass,
}: {
    readonly sizeGib: number;
    readonly storageClass?: pulumi.Input<string>;
}): Omit<Volume, "name"> {
    const size = `${sizeGib}Gi`;
    if (storageClass === undefined) return { emptyDir: { sizeLimit: size } };
    return {
        ephemeral: {
            volumeClaimTemplate: {
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    storageClassName: storageClass,
                    resources: { requests: { storage: size } },
                },
            },
        },
    };
}
