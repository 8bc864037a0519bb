import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { days, type Seconds } from "../model/duration";
import { tlsOnlyPolicy } from "./backupBucketPolicies";
import { validateBackupBucket, type BackupBucketValues, type BackupKind, type LockMode } from "./backupBucketRules";
import { kmsAlias } from "../model/nameLimits";

export interface BackupBucketArgs {
    /** What the bucket is for. */
    readonly kind: BackupKind;
    /** Physical name, unique in all of AWS. Deterministic, so that a second bucket by mistake fails with "already exists". */
    readonly bucketName: string;
    /** Region of the bucket: the one of the provider that is passed in. */
    readonly region: string;
    /** Region of the system that is backed up; another one. */
    readonly sourceRegion: string;
    /** Folder of the backups inside the bucket. The roles get this folder and nothing else. */
    readonly prefix: string;
    /** How long a backup is kept, in seconds: whole days, at least the contract's limit. */
    readonly retention: Seconds;
    /** What the retention has to keep. */
    readonly contract: BackupBucketValues["contract"];
    /** @default lockDefaults[kind] */
    readonly lock?: LockMode;
}

/**
 * What each kind of bucket locks if nothing else is asked for. "nats": a backup is written once and read on the worst day, and an
 * administrator can still clear a mistake. "velero": its repository rewrites and deletes for itself, and fails on locked objects.
 */
const lockDefaults: Record<BackupKind, LockMode> = { nats: "governance", velero: "none" };

/** After this many days the parts of an upload that never ended are dropped. */
const abandonedUploadDays = 2;

/** After this many days an overwritten or deleted version of a NATS backup goes too; its lock is over by then. */
const leftoverDays = 1;

/**
 * A bucket for backups in another region than what it backs up: versioned, encrypted with a key of its own, private, TLS only,
 * kept for the retention and protected against deletion.
 *
 * Two kinds, because two writers behave differently. "nats": written once; objects are locked for the retention and current versions
 * expire after it. "velero": its repository shares data between backups and deletes for itself, so nothing is locked and current
 * versions never expire by age; what Velero deletes stays as a noncurrent version for the retention.
 *
 * Protected twice: `protect` stops Pulumi, `forceDestroy: false` stops S3 as long as an object is left.
 *
 * ### Cost
 * KMS key $1 a month; storage $0.023 per GB and month; requests with a bucket key some cents.
 */
export class BackupBucket extends pulumi.ComponentResource {
    readonly bucketName: pulumi.Output<string>;
    readonly bucketArn: pulumi.Output<string>;
    readonly keyArn: pulumi.Output<string>;

    constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
        const lock = args.lock ?? lockDefaults[args.kind];
        const issues = validateBackupBucket({ ...args, lock });
        if (issues.length > 0) throw new Error(`BackupBucket "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:BackupBucket", name, {}, opts);
        const parent = { parent: this };
        const retentionDays = args.retention / days(1);

        const key = createKey();
        const bucket = createBucket();
        const versioning = enableVersioning(bucket);
        encrypt(bucket, key);
        keepPrivate(bucket);
        if (lock !== "none") lockObjects(bucket, versioning, lock);
        expire(bucket, versioning);

        this.bucketName = bucket.bucket;
        this.bucketArn = bucket.arn;
        this.keyArn = key.arn;
        this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn, keyArn: this.keyArn });

        function createKey() {
            // The default key policy leaves the decision to the account's IAM policies, so that the roles of another stack can be
            // given the key without this stack knowing them.
            const made = new aws.kms.Key(
                `${name}-key`,
                {
                    description: `Backups in ${args.bucketName}`,
                    enableKeyRotation: true,
                    // The longest wait there is: without the key no backup can be read.
                    deletionWindowInDays: 30,
                },
                { ...parent, protect: true },
            );
            new aws.kms.Alias(
                `${name}-key-alias`,
                { name: kmsAlias([args.bucketName]), targetKeyId: made.keyId },
                parent,
            );
            return made;
        }

        function createBucket() {
            return new aws.s3.Bucket(
                `${name}-bucket`,
                {
                    bucket: args.bucketName,
                    forceDestroy: false,
                    objectLockEnabled: lock !== "none",
                    tags: { Kind: `${args.kind}-backup`, Source: args.sourceRegion },
                },
                { ...parent, protect: true },
            );
        }

        function enableVersioning(owner: aws.s3.Bucket) {
            return new aws.s3.BucketVersioning(
                `${name}-versioning`,
                { bucket: owner.id, versioningConfiguration: { status: "Enabled" } },
                parent,
            );
        }

        function encrypt(owner: aws.s3.Bucket, encryptionKey: aws.kms.Key) {
            new aws.s3.BucketServerSideEncryptionConfiguration(
                `${name}-encryption`,
                {
                    bucket: owner.id,
                    rules: [
                        {
                            applyServerSideEncryptionByDefault: {
                                sseAlgorithm: "aws:kms",
                                kmsMasterKeyId: encryptionKey.arn,
                            },
                            // One call to KMS for many objects; without it a large repository pays per object.
                            bucketKeyEnabled: true,
                        },
                    ],
                },
                parent,
            );
        }

        function keepPrivate(owner: aws.s3.Bucket) {
            const block = new aws.s3.BucketPublicAccessBlock(
                `${name}-public-access`,
                {
                    bucket: owner.id,
                    blockPublicAcls: true,
                    blockPublicPolicy: true,
                    ignorePublicAcls: true,
                    restrictPublicBuckets: true,
                },
                parent,
            );
            new aws.s3.BucketOwnershipControls(
                `${name}-ownership`,
                { bucket: owner.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
                parent,
            );
            // One change of a bucket's access at a time: S3 answers a second one with a conflict.
            new aws.s3.BucketPolicy(
                `${name}-policy`,
                { bucket: owner.id, policy: owner.arn.apply(tlsOnlyPolicy) },
                { ...parent, dependsOn: [block] },
            );
        }

        function lockObjects(owner: aws.s3.Bucket, versions: aws.s3.BucketVersioning, mode: Exclude<LockMode, "none">) {
            new aws.s3.BucketObjectLockConfiguration(
                `${name}-lock`,
                { bucket: owner.id, rule: { defaultRetention: { mode: mode.toUpperCase(), days: retentionDays } } },
                { ...parent, dependsOn: [versions] },
            );
        }

        function expire(owner: aws.s3.Bucket, versions: aws.s3.BucketVersioning) {
            const abandoned = {
                id: "abandoned-uploads",
                status: "Enabled",
                filter: {},
                abortIncompleteMultipartUpload: { daysAfterInitiation: abandonedUploadDays },
            };
            new aws.s3.BucketLifecycleConfiguration(
                `${name}-lifecycle`,
                { bucket: owner.id, rules: [...expiryRules(args.kind, retentionDays), abandoned] },
                // Lifecycle rules on noncurrent versions are refused, or mean nothing, before versioning is on.
                { ...parent, dependsOn: [versions] },
            );
        }
    }
}

/** When versions go. S3 deletes no version before its lock is over, so a rule can only be too early, never harmful. */
function expiryRules(kind: BackupKind, retentionDays: number): aws.types.input.s3.BucketLifecycleConfigurationRule[] {
    const rule = { status: "Enabled", filter: {} };
    if (kind === "velero") {
        return [
            {
                id: `deleted-kept-${retentionDays}-days`,
                ...rule,
                noncurrentVersionExpiration: { noncurrentDays: retentionDays },
            },
        ];
    }
    return [
        { id: `backups-kept-${retentionDays}-days`, ...rule, expiration: { days: retentionDays } },
        { id: "leftovers", ...rule, noncurrentVersionExpiration: { noncurrentDays: leftoverDays } },
        { id: "delete-markers", ...rule, expiration: { expiredObjectDeleteMarker: true } },
    ];
}
