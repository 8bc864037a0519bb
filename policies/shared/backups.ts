/** Tag `Kind` of a backup bucket: "nats-backup", "velero-backup". */
const bucketKind = /-backup$/;

/** Whether a bucket holds backups: by its tag, or by its name where somebody forgot the tag. */
export function isBackupBucket(type: string, props: Record<string, any>): boolean {
    if (type !== "aws:s3/bucket:Bucket") return false;
    return bucketKind.test(props.tags?.Kind ?? "") || /backup/.test(props.bucket ?? "");
}
