import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { ClusterRestore, type ClusterRestoreArgs } from "./clusterRestore";
import { record } from "../testing/record";

class Password extends pulumi.CustomResource {
    constructor() {
        super("test:index:Password", "password", {});
    }
}

const location = {
    bucketName: "atlas-velero-backups",
    bucketArn: "arn:aws:s3:::atlas-velero-backups",
    keyArn: "arn:aws:kms:eu-west-1:123456789012:key/2",
    region: "eu-west-1",
    prefix: "euc1/velero",
};
const restore = (extra: Partial<ClusterRestoreArgs> = {}) =>
    record(
        () =>
            new ClusterRestore("restore", {
                clusterName: "atlas-dr",
                roleName: "atlas-dr-velero",
                location,
                password: new Password(),
                ...extra,
            }),
    );

describe("ClusterRestore", () => {
    it("is Velero with its role, class and controller, and no schedule", async () => {
        expect((await restore()).children).toEqual([
            "aws:eks/addon:Addon restore-snapshot-controller",
            "aws:eks/podIdentityAssociation:PodIdentityAssociation restore-role-association",
            "aws:iam/role:Role restore-role-role",
            "aws:iam/rolePolicy:RolePolicy restore-role-policy",
            "drkit:index:ClusterRestore restore",
            "drkit:index:PodRole restore-role",
            "kubernetes:helm.sh/v3:Release restore-release",
            "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass restore-snapshot-class",
            "test:index:Password password",
        ]);
    });

    it("has the other cluster's backups as a location that is read only", async () => {
        const { values } = (await restore()).one("kubernetes:helm.sh/v3:Release").inputs;
        expect(values.configuration.backupStorageLocation).toEqual([
            {
                name: "default",
                provider: "aws",
                bucket: "atlas-velero-backups",
                prefix: "euc1/velero",
                default: true,
                accessMode: "ReadOnly",
                config: { region: "eu-west-1", kmsKeyId: location.keyArn },
            },
        ]);
    });

    it("may change nothing in the bucket, and add nothing but the logs of its restores", async () => {
        const { Statement } = JSON.parse((await restore()).one("aws:iam/rolePolicy:RolePolicy").inputs.policy) as {
            Statement: { Action: string[] | string; Resource: string }[];
        };
        const actions = Statement.flatMap(({ Action }) => Action);
        expect(actions.filter((action) => action.startsWith("s3:")).sort()).toEqual([
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:ListBucket",
            "s3:PutObject",
        ]);
        expect(Statement.find(({ Action }) => Action.includes("s3:PutObject"))?.Resource).toBe(
            "arn:aws:s3:::atlas-velero-backups/euc1/velero/restores/*",
        );
    });

    it("comes after password, role and class", async () => {
        expect((await restore()).dependencies("kubernetes:helm.sh/v3:Release")).toEqual(
            expect.arrayContaining([
                "aws:eks/addon:Addon restore-snapshot-controller",
                "aws:eks/podIdentityAssociation:PodIdentityAssociation restore-role-association",
                "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass restore-snapshot-class",
                "test:index:Password password",
            ]),
        );
    });

    it("refuses a prefix that leads elsewhere", async () => {
        await expect(restore({ location: { ...location, prefix: "../nats" } })).rejects.toThrow(
            'ClusterRestore "restore":\n- prefix: "../nats" leads out of its own folder',
        );
    });
});
