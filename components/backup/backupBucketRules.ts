import type { Contract } from "../model/contract";
import { days, formatDuration, type Seconds } from "../model/duration";

/** What a bucket of backups is for; it decides what may be locked and what may expire. */
export type BackupKind = "nats" | "velero";

/**
 * Whether written backups can be deleted before their time.
 *
 * - `governance`: nobody without `s3:BypassGovernanceRetention` can. Ends ransomware through the cluster's roles; an administrator can still clear a mistake.
 * - `compliance`: nobody can, the account's root included, until the retention is over. Storage of a mistake is paid to the end.
 * - `none`: versions alone protect. Needed where the writer deletes for itself.
 */
export type LockMode = "governance" | "compliance" | "none";

/** The plain values of a backup bucket that its component and the policies check by the same rules. */
export interface BackupBucketValues {
    readonly kind: BackupKind;
    readonly bucketName: string;
    /** Region of the bucket. */
    readonly region: string;
    /** Region of the system that is backed up. */
    readonly sourceRegion: string;
    /** Folder of the backups inside the bucket, without slash at either end. */
    readonly prefix: string;
    /** How long a backup is kept, in seconds; a whole number of days. */
    readonly retention: Seconds;
    /** What the retention has to keep. */
    readonly contract: Pick<Contract<"backupRetention">, "id" | "limit">;
    readonly lock: LockMode;
}

/** What is wrong with a backup bucket; nothing if all is well. */
export function validateBackupBucket(values: BackupBucketValues): string[] {
    return [
        ...validateBucketName(values.bucketName),
        ...validateBackupRegion(values.region, values.sourceRegion),
        ...validatePrefix(values.prefix),
        ...validateRetention(values.retention, values.contract),
        ...validateLock(values),
    ];
}

/** S3's rules for the name of a general purpose bucket (AWS documentation, "Bucket naming rules"). */
export function validateBucketName(name: string): string[] {
    const wrong = (reason: string) => [
        `bucketName: "${name}" ${reason}; S3 allows 3 to 63 lower-case letters, digits, dots and hyphens`,
    ];
    if (name.length < 3 || name.length > 63) return wrong(`has ${name.length} characters`);
    if (!/^[a-z0-9.-]+$/.test(name)) return wrong("holds a character that S3 refuses");
    if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return wrong("has to begin and end with a letter or digit");
    if (name.includes("."))
        return [
            `bucketName: "${name}" holds a dot, which breaks the TLS certificate of the bucket's own host name: use hyphens`,
        ];
    const [prefix] = ["xn--", "sthree-", "amzn-s3-demo-"].filter((reserved) => name.startsWith(reserved));
    if (prefix !== undefined) return wrong(`begins with "${prefix}", which S3 keeps for itself`);
    const [suffix] = ["-s3alias", "--ol-s3", "--x-s3", "--table-s3", "-an"].filter((reserved) =>
        name.endsWith(reserved),
    );
    if (suffix !== undefined) return wrong(`ends with "${suffix}", which S3 keeps for itself`);
    return [];
}

/** A backup beside the system goes down with it. */
export function validateBackupRegion(region: string, sourceRegion: string): string[] {
    if (region !== sourceRegion) return [];
    return [
        `region: ${region} is the region that is backed up, so its loss would take the backups along: choose another region`,
    ];
}

/** A prefix is a folder: it has to mean the same to S3, to IAM's wildcards and to a shell. */
export function validatePrefix(prefix: string): string[] {
    const wrong = (reason: string) => [
        `prefix: "${prefix}" ${reason}; use folder names of letters, digits, dots, hyphens and underscores, like "nats" or "use1/nats"`,
    ];
    if (prefix === "") return wrong("is empty, which would open the whole bucket to its writer");
    if (prefix.startsWith("/") || prefix.endsWith("/"))
        return wrong("begins or ends with a slash, which makes a folder without a name");
    const parts = prefix.split("/");
    if (parts.some((part) => part === ".." || part === ".")) return wrong("leads out of its own folder");
    if (!parts.every((part) => /^[A-Za-z0-9._-]+$/.test(part)))
        return wrong("holds an empty folder name or a character with a meaning of its own");
    return [];
}

/** Kept at least as long as the contract says, in the whole days that a lifecycle rule counts. */
export function validateRetention(retention: Seconds, { id, limit }: BackupBucketValues["contract"]): string[] {
    if (!(retention >= limit)) {
        return [
            `retention: ${formatDuration(retention)} is less than the ${formatDuration(limit)} of contract ${id}: keep backups longer`,
        ];
    }
    return Number.isInteger(retention / days(1))
        ? []
        : [`retention: ${formatDuration(retention)} is no whole number of days, and S3 counts in days`];
}

function validateLock({ kind, lock }: BackupBucketValues): string[] {
    if (kind !== "velero" || lock === "none") return [];
    return [
        `lock: "${lock}" on a Velero bucket, whose repository rewrites and deletes for itself and would fail on locked objects: use "none"`,
    ];
}
