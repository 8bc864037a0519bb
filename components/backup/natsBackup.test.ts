import { describe, expect, it } from "vitest";
import { scriptCommand } from "../cluster/scriptCommand";
import { days, minutes } from "../model/duration";
import { NatsBackup, validateNatsBackup, type NatsBackupArgs } from "./natsBackup";
import { awsCliImage, backupScript } from "./natsBackupPod";
import { NatsRestore } from "./natsBackupRestore";
import { record } from "../testing/record";

const location = {
    bucketName: "atlas-dr-nats-backups",
    bucketArn: "arn:aws:s3:::atlas-dr-nats-backups",
    keyArn: "arn:aws:kms:eu-west-1:123456789012:key/1",
    region: "eu-west-1",
    prefix: "nats",
};
const nats = {
    url: "nats://nats.atlas-messaging.svc:4222",
    login: { user: "app", secretName: "nats-auth", secretKey: "APP_PASSWORD" },
};
const args: NatsBackupArgs = {
    jobName: "nats-backup",
    namespace: "atlas-messaging",
    clusterName: "atlas-primary",
    roleName: "atlas-primary-nats-backup",
    nats,
    streams: ["ORDERS", "audit-log", "Readings"],
    destination: location,
    contract: { id: "nats-backup-rpo", limit: days(1) },
};
const backup = () => record(() => new NatsBackup("backup", args));

async function jobOf(extra: Partial<NatsBackupArgs> = {}) {
    const recording = await record(() => new NatsBackup("backup", { ...args, ...extra }));
    return recording.one("kubernetes:batch/v1:CronJob").inputs;
}

describe("NatsBackup", () => {
    it("has a service account, a writer role and the CronJob", async () => {
        expect((await backup()).children).toEqual([
            "aws:eks/podIdentityAssociation:PodIdentityAssociation backup-writer-association",
            "aws:iam/role:Role backup-writer-role",
            "aws:iam/rolePolicy:RolePolicy backup-writer-policy",
            "drkit:index:NatsBackup backup",
            "drkit:index:PodRole backup-writer",
            "kubernetes:batch/v1:CronJob backup-job",
            "kubernetes:core/v1:ServiceAccount backup-account",
        ]);
    });

    it("has the CronJob wait for the role's association: a pod that starts before it has no credentials", async () => {
        expect((await backup()).dependencies("kubernetes:batch/v1:CronJob")).toContain(
            "aws:eks/podIdentityAssociation:PodIdentityAssociation backup-writer-association",
        );
    });

    it("gives the service account a role that can only add below the prefix", async () => {
        const recording = await backup();
        expect(recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs).toMatchObject({
            clusterName: "atlas-primary",
            namespace: "atlas-messaging",
            serviceAccount: "nats-backup",
        });
        const policy = JSON.parse(recording.one("aws:iam/rolePolicy:RolePolicy").inputs.policy);
        expect(policy.Statement[0]).toEqual({
            Sid: "AddBackups",
            Effect: "Allow",
            Action: ["s3:PutObject", "s3:AbortMultipartUpload"],
            Resource: "arn:aws:s3:::atlas-dr-nats-backups/nats/*",
        });
    });

    it("runs every hour, one at a time, with an end, and keeps what failed", async () => {
        const { metadata, spec } = await jobOf();
        expect(metadata).toEqual({
            name: "nats-backup",
            namespace: "atlas-messaging",
            annotations: { "drkit-recovery-contract": "nats-backup-rpo" },
        });
        expect({ ...spec, jobTemplate: { spec: { ...spec.jobTemplate.spec, template: undefined } } }).toEqual({
            schedule: "0 * * * *",
            timeZone: "Etc/UTC",
            suspend: false,
            concurrencyPolicy: "Forbid",
            startingDeadlineSeconds: 600,
            successfulJobsHistoryLimit: 1,
            failedJobsHistoryLimit: 3,
            jobTemplate: { spec: { activeDeadlineSeconds: minutes(30), backoffLimit: 1, template: undefined } },
        });
    });

    it("makes the backup where `nats` is and uploads it where `aws` is", async () => {
        const pod = (await jobOf()).spec.jobTemplate.spec.template.spec;
        expect(pod.initContainers).toHaveLength(1);
        expect(pod.containers).toHaveLength(1);
        expect(pod.initContainers[0]).toMatchObject({
            name: "make",
            image: "natsio/nats-box:0.19.7",
            command: scriptCommand(backupScript("make")),
            env: [
                { name: "NATS_URL", value: nats.url },
                { name: "NATS_USER", value: "app" },
                { name: "NATS_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "APP_PASSWORD" } } },
                { name: "NATS_TIMEOUT", value: "30s" },
                { name: "STREAMS", value: "ORDERS audit-log Readings" },
                { name: "BACKUP_DIR", value: "/backup" },
                { name: "HOME", value: "/tmp" },
            ],
            terminationMessagePolicy: "FallbackToLogsOnError",
        });
        expect(pod.containers[0]).toMatchObject({
            name: "upload",
            image: awsCliImage,
            command: scriptCommand(backupScript("upload")),
            env: [
                { name: "BUCKET", value: "atlas-dr-nats-backups" },
                { name: "PREFIX", value: "nats" },
                { name: "AWS_REGION", value: "eu-west-1" },
                { name: "BACKUP_DIR", value: "/backup" },
                { name: "HOME", value: "/tmp" },
            ],
        });
    });

    it("has no rights on the node or in the cluster", async () => {
        const pod = (await jobOf()).spec.jobTemplate.spec.template.spec;
        expect(pod).toMatchObject({
            restartPolicy: "Never",
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
        });
        for (const container of [...pod.initContainers, ...pod.containers]) {
            expect(container.securityContext).toEqual({
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
            });
        }
    });

    it("limits the room of a backup on the node, or takes a disk for it", async () => {
        expect((await jobOf({ roomGib: 5 })).spec.jobTemplate.spec.template.spec.volumes[0]).toEqual({
            name: "backup",
            emptyDir: { sizeLimit: "5Gi" },
        });
        const [disk] = (await jobOf({ storageClass: "gp3" })).spec.jobTemplate.spec.template.spec.volumes;
        expect(disk.ephemeral.volumeClaimTemplate.spec).toEqual({
            accessModes: ["ReadWriteOnce"],
            storageClassName: "gp3",
            resources: { requests: { storage: "20Gi" } },
        });
    });

    it("can be there suspended, as the standby's twin", async () => {
        expect((await jobOf({ suspended: true })).spec.suspend).toBe(true);
    });

    it("is, once created suspended, an operator's to resume: no update suspends it again", async () => {
        const recording = await record(() => new NatsBackup("backup", { ...args, suspended: true }));
        expect(recording.options("kubernetes:batch/v1:CronJob").ignoreChanges).toEqual(["spec.suspend"]);
        expect((await backup()).options("kubernetes:batch/v1:CronJob").ignoreChanges).toEqual([]);
    });

    it("asks for no password where there is none", async () => {
        const job = await jobOf({ nats: { url: nats.url } });
        const [make] = job.spec.jobTemplate.spec.template.spec.initContainers;
        expect(make.env.map((variable: { name: string }) => variable.name)).not.toContain("NATS_PASSWORD");
    });

    it("fails with every mistake before it registers anything", async () => {
        const wrong = {
            ...args,
            streams: [],
            cadence: { schedule: "0 0 30 2 *", deadline: minutes(5) },
            destination: { ...location, prefix: "../x" },
        };
        await expect(record(() => new NatsBackup("backup", wrong))).rejects.toThrow(
            /NatsBackup "backup":\n- streams: empty.*\n- prefix: "..\/x" leads out.*\n- schedule: "0 0 30 2 \*" never fires/,
        );
    });
});

describe("validateNatsBackup", () => {
    const values = { ...args, prefix: "nats" };

    it("accepts the default cadence under the contract of a day", () => {
        expect(validateNatsBackup(values)).toEqual([]);
    });

    it("refuses a daily backup under the contract of a day: the run itself takes time", () => {
        expect(validateNatsBackup({ ...values, cadence: { schedule: "0 3 * * *", deadline: minutes(30) } })).toEqual([
            expect.stringContaining("up to 1470 min can be lost; the recovery point allows 1 d"),
        ]);
    });

    it("refuses a stream name that a shell or a path would read differently", () => {
        expect(validateNatsBackup({ ...values, streams: ["A B", "../X"] })).toHaveLength(2);
    });

    it("refuses room that is no whole number of GiB", () => {
        expect(validateNatsBackup({ ...values, roomGib: 0.5 })).toEqual(["roomGib: 0.5; allowed are whole GiB from 1"]);
    });
});

describe("NatsRestore", () => {
    const restore = (extra: { readonly cluster?: string } = {}) =>
        record(
            () =>
                new NatsRestore("restore", {
                    ...extra,
                    jobName: "nats-restore",
                    namespace: "atlas-messaging",
                    clusterName: "atlas-primary",
                    roleName: "atlas-primary-nats-restore",
                    nats,
                    source: location,
                }),
        );

    it("is there with a reader role and never runs by itself", async () => {
        const recording = await restore();
        expect(recording.children).toEqual([
            "aws:eks/podIdentityAssociation:PodIdentityAssociation restore-reader-association",
            "aws:iam/role:Role restore-reader-role",
            "aws:iam/rolePolicy:RolePolicy restore-reader-policy",
            "drkit:index:NatsRestore restore",
            "drkit:index:PodRole restore-reader",
            "kubernetes:batch/v1:CronJob restore-job",
            "kubernetes:core/v1:ServiceAccount restore-account",
        ]);
        const { spec } = recording.one("kubernetes:batch/v1:CronJob").inputs;
        expect(spec).toMatchObject({
            suspend: true,
            concurrencyPolicy: "Forbid",
            jobTemplate: { spec: { backoffLimit: 0 } },
        });
    });

    it("waits for its role's association", async () => {
        expect((await restore()).dependencies("kubernetes:batch/v1:CronJob")).toContain(
            "aws:eks/podIdentityAssociation:PodIdentityAssociation restore-reader-association",
        );
    });

    it("fetches, then restores, what a ConfigMap of its name may choose", async () => {
        const pod = (await restore()).one("kubernetes:batch/v1:CronJob").inputs.spec.jobTemplate.spec.template.spec;
        const choice = [{ configMapRef: { name: "nats-restore", optional: true } }];
        expect(pod.initContainers[0]).toMatchObject({
            name: "fetch",
            command: scriptCommand(backupScript("fetch")),
            envFrom: choice,
        });
        expect(pod.containers[0]).toMatchObject({
            name: "restore",
            command: scriptCommand(backupScript("restore")),
            envFrom: choice,
        });
    });

    it("counts as complete though other streams need work: its last line says so, and a failed Job would say that nothing is restored", async () => {
        const pod = (await restore()).one("kubernetes:batch/v1:CronJob").inputs.spec.jobTemplate.spec.template.spec;
        expect(pod.containers[0].env).toContainEqual({ name: "WORK_LEFT_STATUS", value: "0" });
    });

    it("takes streams into another cluster than the lost one where it is told to: a backup names the one that they were in", async () => {
        const clusters = async (extra?: { readonly cluster: string }) => {
            const pod = (await restore(extra)).one("kubernetes:batch/v1:CronJob").inputs.spec.jobTemplate.spec.template
                .spec;
            return pod.containers[0].env.filter(({ name }: { name: string }) => name === "RESTORE_CLUSTER");
        };
        expect(await clusters()).toEqual([]);
        expect(await clusters({ cluster: "dublin" })).toEqual([{ name: "RESTORE_CLUSTER", value: "dublin" }]);
    });
});
