import { describe, expect, it } from "vitest";
import { days, hours } from "../model/duration";
import { fixtureSystem } from "../testing/fixtureSystem";
import {
    validateBackupBucket,
    validateBackupRegion,
    validateBucketName,
    validatePrefix,
    validateRetention,
    type BackupBucketValues,
} from "./backupBucketRules";

const good: BackupBucketValues = {
    kind: "nats",
    bucketName: "atlas-dr-nats-backups",
    region: "eu-west-1",
    sourceRegion: "eu-central-1",
    prefix: "nats",
    retention: days(7),
    contract: fixtureSystem.contracts.backupRetention,
    lock: "governance",
};

describe("validateBackupBucket", () => {
    it("accepts a bucket in another region that keeps a week", () => {
        expect(validateBackupBucket(good)).toEqual([]);
    });

    it("reports everything at once", () => {
        const issues = validateBackupBucket({
            kind: "velero",
            bucketName: "ATLAS",
            region: "eu-central-1",
            sourceRegion: "eu-central-1",
            prefix: "../nats",
            retention: days(1),
            contract: good.contract,
            lock: "compliance",
        });
        expect(issues.map((issue) => issue.split(":")[0])).toEqual([
            "bucketName",
            "region",
            "prefix",
            "retention",
            "lock",
        ]);
    });

    it("refuses a lock on a bucket whose writer deletes for itself", () => {
        expect(validateBackupBucket({ ...good, kind: "velero" })).toEqual([
            'lock: "governance" on a Velero bucket, whose repository rewrites and deletes for itself and would fail on locked objects: use "none"',
        ]);
    });
});

describe("validateBucketName", () => {
    it.each(["abc", "a".repeat(63), "atlas-dr-backups", "1-2-3"])("accepts %s", (name) => {
        expect(validateBucketName(name)).toEqual([]);
    });

    it.each([
        ["ab", "has 2 characters"],
        ["a".repeat(64), "has 64 characters"],
        ["Backups", "holds a character that S3 refuses"],
        ["back_ups", "holds a character that S3 refuses"],
        ["-backups", "has to begin and end with a letter or digit"],
        ["backups-", "has to begin and end with a letter or digit"],
        ["xn--backups", 'begins with "xn--"'],
        ["backups-s3alias", 'ends with "-s3alias"'],
        ["back.ups", "holds a dot"],
    ])("refuses %s because it %s", (name, reason) => {
        expect(validateBucketName(name)).toEqual([expect.stringContaining(`bucketName: "${name}" ${reason}`)]);
    });
});

describe("validateBackupRegion", () => {
    it("refuses the region that is backed up", () => {
        expect(validateBackupRegion("eu-central-1", "eu-central-1")).toEqual([
            "region: eu-central-1 is the region that is backed up, so its loss would take the backups along: choose another region",
        ]);
    });
});

describe("validatePrefix", () => {
    it.each(["nats", "use1/nats", "a.b-c_d/1"])("accepts %s", (prefix) => {
        expect(validatePrefix(prefix)).toEqual([]);
    });

    it.each([
        ["", "is empty"],
        ["/nats", "begins or ends with a slash"],
        ["nats/", "begins or ends with a slash"],
        ["nats/../velero", "leads out of its own folder"],
        ["..", "leads out of its own folder"],
        ["nats//x", "holds an empty folder name"],
        ["nats/*", "holds an empty folder name or a character with a meaning of its own"],
        ["na ts", "holds an empty folder name or a character with a meaning of its own"],
    ])("refuses %j because it %s", (prefix, reason) => {
        expect(validatePrefix(prefix)).toEqual([expect.stringContaining(`prefix: "${prefix}" ${reason}`)]);
    });
});

describe("validateRetention", () => {
    it("accepts a week exactly", () => {
        expect(validateRetention(days(7), good.contract)).toEqual([]);
    });

    it.each([days(6), 0, Number.NaN])("refuses %d s, less than the contract", (retention) => {
        expect(validateRetention(retention, good.contract)).toEqual([
            expect.stringContaining("of contract backup-retention: keep backups longer"),
        ]);
    });

    it("refuses what S3 cannot count", () => {
        expect(validateRetention(days(7) + hours(1), good.contract)).toEqual([
            "retention: 169 h is no whole number of days, and S3 counts in days",
        ]);
    });
});
