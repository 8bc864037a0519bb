import { expect, describe, it } from "vitest";
import { NatsJoinBackup, type NatsJoinBackupArgs } from "./natsJoinBackup";
import { record } from "../testing/record";

const args: NatsJoinBackupArgs = {
    jobName: "nats-join",
    namespace: "kgents-agents",
    clusterName: "kgents-primary",
    roleName: "kgents-primary-nats-join",
    nats: { url: "nats://nats.kgents-agents.svc:4222" },
    streams: ["AGENTESE", "EVENTS"],
    destination: {
        bucketName: "kgents-nats-backups",
        bucketArn: "arn:aws:s3:::kgents-nats-backups",
        keyArn: "arn:aws:kms:us-west-2:123456789012:key/1",
        region: "us-west-2",
        prefix: "use1/nats",
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
            "kgents:backup:NatsJoinBackup join",
            "kgents:iam:PodRole join-writer",
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
        expect(env).toMatchObject({ BUCKET: "kgents-nats-backups", PREFIX: "use1/nats", AWS_REGION: "us-west-2" });
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
                namespace: "kgents-agents",
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
