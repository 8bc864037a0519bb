import { describe, expect, it } from "vitest";
import { days } from "../model/duration";
import { BackupBucket, type BackupBucketArgs } from "./backupBucket";
import { fixtureSystem } from "../testing/fixtureSystem";
import { record } from "../testing/record";

const nats: BackupBucketArgs = {
    kind: "nats",
    bucketName: "atlas-dr-nats-backups",
    region: "eu-west-1",
    sourceRegion: "eu-central-1",
    prefix: "nats",
    retention: days(14),
    contract: fixtureSystem.contracts.backupRetention,
};
const velero: BackupBucketArgs = { ...nats, kind: "velero", bucketName: "atlas-dr-cluster-backups", prefix: "velero" };

describe("BackupBucket", () => {
    it("makes a NATS bucket: locked, versioned, encrypted, private, with an end", async () => {
        const recording = await record(() => new BackupBucket("backups", nats));
        expect(recording.children).toEqual([
            "aws:kms/alias:Alias backups-key-alias",
            "aws:kms/key:Key backups-key",
            "aws:s3/bucket:Bucket backups-bucket",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration backups-lifecycle",
            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration backups-lock",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls backups-ownership",
            "aws:s3/bucketPolicy:BucketPolicy backups-policy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock backups-public-access",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration backups-encryption",
            "aws:s3/bucketVersioning:BucketVersioning backups-versioning",
            "drkit:index:BackupBucket backups",
        ]);
        expect(recording.one("aws:s3/bucket:Bucket").inputs).toEqual({
            bucket: "atlas-dr-nats-backups",
            forceDestroy: false,
            objectLockEnabled: true,
            tags: { Kind: "nats-backup", Source: "eu-central-1" },
        });
        expect(recording.one("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs).toEqual({
            bucket: "backups-bucket-id",
            rule: { defaultRetention: { mode: "GOVERNANCE", days: 14 } },
        });
        expect(recording.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs.rules).toEqual([
            { id: "backups-kept-14-days", status: "Enabled", filter: {}, expiration: { days: 14 } },
            { id: "leftovers", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 1 } },
            { id: "delete-markers", status: "Enabled", filter: {}, expiration: { expiredObjectDeleteMarker: true } },
            {
                id: "abandoned-uploads",
                status: "Enabled",
                filter: {},
                abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
            },
        ]);
    });

    it("has versions before what is about versions, and changes the access to it one thing at a time", async () => {
        const recording = await record(() => new BackupBucket("backups", nats));
        const versions = "aws:s3/bucketVersioning:BucketVersioning backups-versioning";
        expect(recording.dependencies("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")).toContain(
            versions,
        );
        expect(recording.dependencies("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")).toContain(
            versions,
        );
        expect(recording.dependencies("aws:s3/bucketPolicy:BucketPolicy")).toContain(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock backups-public-access",
        );
    });

    it("locks nothing in a Velero bucket and expires no current version", async () => {
        const recording = await record(() => new BackupBucket("velero", velero));
        expect(recording.children.filter((child) => child.includes("ObjectLock"))).toEqual([]);
        expect(recording.one("aws:s3/bucket:Bucket").inputs.objectLockEnabled).toBe(false);
        expect(recording.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs.rules).toEqual([
            {
                id: "deleted-kept-14-days",
                status: "Enabled",
                filter: {},
                noncurrentVersionExpiration: { noncurrentDays: 14 },
            },
            {
                id: "abandoned-uploads",
                status: "Enabled",
                filter: {},
                abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
            },
        ]);
    });

    it("encrypts with a key of its own, named after the bucket", async () => {
        const recording = await record(() => new BackupBucket("backups", nats));
        expect(recording.one("aws:kms/key:Key").inputs).toEqual({
            description: "Backups in atlas-dr-nats-backups",
            enableKeyRotation: true,
            deletionWindowInDays: 30,
        });
        expect(recording.one("aws:kms/alias:Alias").inputs.name).toBe("alias/atlas-dr-nats-backups");
        expect(
            recording.one("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
                .inputs.rules,
        ).toEqual([
            {
                applyServerSideEncryptionByDefault: {
                    sseAlgorithm: "aws:kms",
                    kmsMasterKeyId: "arn:aws:mock:::backups-key",
                },
                bucketKeyEnabled: true,
            },
        ]);
        expect(recording.one("aws:s3/bucketVersioning:BucketVersioning").inputs.versioningConfiguration).toEqual({
            status: "Enabled",
        });
    });

    it("lets nobody in from outside the account or without TLS", async () => {
        const recording = await record(() => new BackupBucket("backups", nats));
        expect(recording.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs).toEqual({
            bucket: "backups-bucket-id",
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        });
        expect(recording.one("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs.rule).toEqual({
            objectOwnership: "BucketOwnerEnforced",
        });
        const policy = JSON.parse(recording.one("aws:s3/bucketPolicy:BucketPolicy").inputs.policy);
        expect(
            policy.Statement.map((statement: { Effect: string; Condition: unknown }) => [
                statement.Effect,
                statement.Condition,
            ]),
        ).toEqual([
            ["Deny", { Bool: { "aws:SecureTransport": "false" } }],
            ["Deny", { NumericLessThan: { "s3:TlsVersion": "1.2" } }],
        ]);
    });

    it("takes another lock when it is asked for", async () => {
        const recording = await record(() => new BackupBucket("backups", { ...nats, lock: "compliance" }));
        expect(
            recording.one("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs.rule
                .defaultRetention.mode,
        ).toBe("COMPLIANCE");
    });

    it("fails with every mistake and registers nothing", async () => {
        await expect(
            record(() => new BackupBucket("backups", { ...nats, region: "eu-central-1", retention: days(3) })),
        ).rejects.toThrow(/BackupBucket "backups":\n- region: eu-central-1 .*\n- retention: 3 d /);
    });
});
