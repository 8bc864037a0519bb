import { expect, describe, it } from "vitest";
import { NatsJoinBackup, type NatsJoinBackupArgs } from "./natsJoinBackup";
import { record } from "../testing/record";

const args: NatsJoinBackupArgs = {
    jobName: "nats-join",
    namespace: "atlas-messaging",
    clusterName: "atlas-primary",
    roleName: "atlas-primary-nats-join",
    nats: { url: "nats://nats.atlas-messaging.svc:4222" },
    streams: ["ORDERS", "audit-log", "Readings"],
    destination: {
        bucketName: "atlas-nats-backups",
        bucketArn: "arn:aws:s3:::atlas-nats-backups",
        keyArn: "arn:aws:kms:eu-west-1:123456789012:key/1",
        region: "eu-west-1",
        prefix: "euc1/nats",
    },
    claims: ["nats-js-nats-0", "nats-js-nats-1"],
};
const build = (more: Partial<NatsJoinBackupArgs> = {}) =>
    record(() => new NatsJoinBackup("join", { ...args, ...more }));

describe("NatsJoinBackup", () => {
    it("is a backup with its account and role, and a snapshot of each volume", async () => {
        expect((await build()).children).toEqual([
            "aws:eks/podIdentityAssociation:PodIdentityAssociation join-writer-association",
            "aws:iam/role:Role join-writer-role",
            "aws:iam/rolePolicy:RolePolicy join-writer-policy",
            "drkit:index:NatsJoinBackup join",
            "drkit:index:PodRole join-writer",
            "kubernetes:batch/v1:Job join-job",
            "kubernetes:core/v1:ServiceAccount join-account",
            "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot join-nats-js-nats-0",
            "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot join-nats-js-nats-1",
            "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass join-snapshot-class",
        ]);
    });

    it("runs the scripts of the hourly backup, to the same place, once its role is there", async () => {
        const recording = await build();
        const { template } = recording.one("kubernetes:batch/v1:Job").inputs["spec"];
        expect(
            [...template.spec.initContainers, ...template.spec.containers].map(({ name }: { name: string }) => name),
        ).toEqual(["make", "upload"]);
        const env = Object.fromEntries(
            template.spec.containers[0].env.map(({ name, value }: { name: string; value: string }) => [name, value]),
        );
        expect(env).toMatchObject({ BUCKET: "atlas-nats-backups", PREFIX: "euc1/nats", AWS_REGION: "eu-west-1" });
        expect(recording.dependencies("kubernetes:batch/v1:Job")).toContain(
            "aws:eks/podIdentityAssociation:PodIdentityAssociation join-writer-association",
        );
    });

    it("takes the snapshots of the moment that the backup is of: after it", async () => {
        const before = (await build()).dependencies(
            "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot",
            "join-nats-js-nats-1",
        );
        expect(before).toEqual(
            expect.arrayContaining([
                "kubernetes:batch/v1:Job join-job",
                "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass join-snapshot-class",
            ]),
        );
    });

    it("waits until a snapshot can be used, and keeps it whatever happens to the object", async () => {
        const recording = await build();
        expect(
            recording.one("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot", "join-nats-js-nats-0").inputs,
        ).toMatchObject({
            metadata: {
                name: "nats-join-nats-js-nats-0",
                namespace: "atlas-messaging",
                annotations: { "pulumi.com/waitFor": "jsonpath={.status.readyToUse}=true" },
            },
            spec: { volumeSnapshotClassName: "nats-join", source: { persistentVolumeClaimName: "nats-js-nats-0" } },
        });
        expect(
            recording.one("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass").inputs["deletionPolicy"],
        ).toBe("Retain");
    });

    it("refuses a join without anything to keep", async () => {
        await expect(build({ streams: [], claims: [] })).rejects.toThrow(
            /NatsJoinBackup "join":\n- streams: empty.*\n- claims: empty/,
        );
    });
});
