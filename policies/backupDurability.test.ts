import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { BackupBucket } from "../components/backup/backupBucket";
import { days } from "../components/model/duration";
import { kgents } from "../infra/kgents";
import { awsProvider, describePolicy } from "./testing/harness";

const { primary, dr } = kgents.regions;

describePolicy("backup-durability", (judge) => {
    it.each(["preview", "up"] as const)(
        "stops a bare bucket in a %s, and names everything that it lacks",
        async (operation) => {
            const judgement = await judge({
                operation,
                program: () => {
                    const opts = { provider: awsProvider("dr"), protect: true };
                    new aws.s3.Bucket("bare", { bucket: "kgents-dr-backups", forceDestroy: true }, opts);
                },
            });
            expect(judgement.messages).toEqual([
                'backup bucket "bare" can be made public: add a BucketPublicAccessBlock with all four switches on.',
                'backup bucket "bare" has forceDestroy, which deletes every backup along with it: set it to false.',
                'backup bucket "bare" is not encrypted with a key of ours: add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms.',
                'backup bucket "bare" is not versioned, so an overwritten backup is gone: add a BucketVersioning with status Enabled.',
                'backup bucket "bare" takes plain HTTP: add a BucketPolicy that denies everybody s3:* where aws:SecureTransport is false.',
            ]);
            expect(judgement.policies).toContain("backup-durability");
            expect(judgement.exitCode).not.toBe(0);
        },
    );

    it("stops a lifecycle rule that forgets backups too early", async () => {
        const judgement = await judge({
            program: () => {
                const opts = { provider: awsProvider("dr"), protect: true };
                const bucket = new aws.s3.Bucket("short", { bucket: "kgents-dr-backups" }, opts);
                const rules = [{ id: "short", status: "Enabled", expiration: { days: 3 } }];
                new aws.s3.BucketLifecycleConfiguration("short-lifecycle", { bucket: bucket.id, rules }, opts);
            },
        });
        expect(judgement.messages).toContainEqual(
            expect.stringContaining('backup bucket "short" retention: 3 d is less than the 7 d of contract'),
        );
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops a lock that is absent or too short, a policy that lets plain HTTP in, and deleted versions that go too early", async () => {
        const judgement = await judge({
            program: () => {
                const opts = { provider: awsProvider("dr"), protect: true };
                const bucketOf = (name: string, kind: string) =>
                    new aws.s3.Bucket(name, { bucket: `kgents-${name}`, tags: { Kind: kind } }, opts);
                bucketOf("unlocked", "nats-backup");
                const rule = { defaultRetention: { mode: "GOVERNANCE", days: 1 } };
                new aws.s3.BucketObjectLockConfiguration(
                    "brief-lock",
                    { bucket: bucketOf("brief", "nats-backup").id, rule },
                    opts,
                );
                const forgetful = bucketOf("forgetful", "velero-backup");
                const rules = [
                    { id: "deleted", status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 1 } },
                ];
                new aws.s3.BucketLifecycleConfiguration("forgetful-lifecycle", { bucket: forgetful.id, rules }, opts);
                const policy = JSON.stringify({
                    Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" }],
                });
                new aws.s3.BucketPolicy("forgetful-policy", { bucket: forgetful.id, policy }, opts);
            },
        });
        const about = (bucket: string, what: RegExp) =>
            judgement.messages.filter(
                (message) => message.startsWith(`backup bucket "${bucket}"`) && what.test(message),
            );
        expect(about("unlocked", / (is not locked|lock:)/)).toEqual([
            expect.stringContaining('"unlocked" is not locked, so whoever takes over'),
        ]);
        expect(about("brief", / (is not locked|lock:)/)).toEqual([
            expect.stringContaining('"brief" lock: retention: 1 d is less than the 7 d of contract'),
        ]);
        expect(about("forgetful", / (is not locked|lock:)/)).toEqual([]);
        expect(about("forgetful", /retention/)).toEqual([
            expect.stringContaining('"forgetful" noncurrent versions: retention: 1 d is less than the 7 d of contract'),
        ]);
        expect(about("forgetful", /plain HTTP/)).toHaveLength(1);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("has nothing to say against our own buckets, before and after they exist", async () => {
        const program = () => {
            const opts = { provider: awsProvider("dr") };
            const { backupRetention: contract } = kgents.contracts;
            const place = { region: dr.name, sourceRegion: primary.name, retention: days(7), contract };
            new BackupBucket(
                "nats",
                { kind: "nats", bucketName: "kgents-nats-backups", prefix: "nats", ...place },
                opts,
            );
            new BackupBucket(
                "velero",
                { kind: "velero", bucketName: "kgents-velero-backups", prefix: "velero", ...place },
                opts,
            );
        };
        for (const operation of ["preview", "up"] as const) {
            const judgement = await judge({ operation, program });
            expect(judgement.policies).toEqual([]);
            expect(judgement.unlooked).toEqual([]);
        }
    });
});
