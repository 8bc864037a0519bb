import type { PolicyResource } from "@pulumi/policy";
import { refusesPlainHttp } from "../components/backup/backupBucketPolicies";
import { validateRetention } from "../components/backup/backupBucketRules";
import { contractTerms, type Contract } from "../components/model/contract";
import { days, type Seconds } from "../components/model/duration";
import { isBackupBucket } from "./shared/backups";
import { stackPolicy } from "./shared/define";
import { known } from "./shared/support";

/** A rule over one backup bucket and the resources that configure it: what is wrong, as the end of a sentence. */
type Rule = (bucket: PolicyResource, settings: Settings, retention: Retention) => string[];

/** How long backups have to be kept. */
type Retention = Pick<Contract<"backupRetention">, "id" | "limit">;

/** The resources whose `bucket` is this one, by the last part of their type. */
type Settings = (type: string) => PolicyResource[];

const rules: readonly Rule[] = [notDestroyedByForce, versioned, encrypted, isPrivate, tlsOnly, locked, kept];

/** What has to be there on the worst day may not be lost to a mistake, a script or a lifecycle rule before it. */
export const backupDurability = stackPolicy(
    "backup-durability",
    "Backup buckets are versioned, encrypted, private, reached by TLS only, locked or kept for the retention, and not destroyed by force.",
    ({ resources }, { retention: limit }, report) => {
        const retention = { id: contractTerms.backupRetention.id, limit: limit! };
        for (const bucket of resources.filter((resource) => isBackupBucket(resource.type, resource.props))) {
            const settings: Settings = (type) =>
                resources.filter(
                    (resource) =>
                        resource.type === `aws:s3/${lowerFirst(type)}:${type}` && configures(resource, bucket),
                );
            for (const issue of rules.flatMap((rule) => rule(bucket, settings, retention)))
                report(`backup bucket "${bucket.name}" ${issue}.`, bucket.urn);
        }
    },
);

function notDestroyedByForce(bucket: PolicyResource): string[] {
    return bucket.props.forceDestroy === true
        ? ["has forceDestroy, which deletes every backup along with it: set it to false"]
        : [];
}

function versioned(_: PolicyResource, settings: Settings): string[] {
    const on = settings("BucketVersioning").some(({ props }) => props.versioningConfiguration?.status === "Enabled");
    return on ? [] : ["is not versioned, so an overwritten backup is gone: add a BucketVersioning with status Enabled"];
}

function encrypted(_: PolicyResource, settings: Settings): string[] {
    const on = settings("BucketServerSideEncryptionConfiguration").some(({ props }) =>
        (props.rules ?? []).some(
            (rule: Record<string, any>) => rule.applyServerSideEncryptionByDefault?.sseAlgorithm === "aws:kms",
        ),
    );
    return on
        ? []
        : [
              "is not encrypted with a key of ours: add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms",
          ];
}

function isPrivate(_: PolicyResource, settings: Settings): string[] {
    const switches = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
    const [block] = settings("BucketPublicAccessBlock");
    if (!block) return ["can be made public: add a BucketPublicAccessBlock with all four switches on"];
    const off = switches.filter((name) => block.props[name] !== true);
    return off.length === 0 ? [] : [`can be made public: switch on ${off.join(", ")}`];
}

/** In a preview the policy names a bucket that is not there yet: then its being there has to do. */
function tlsOnly(_: PolicyResource, settings: Settings): string[] {
    const on = settings("BucketPolicy").some(({ props }) => {
        const policy = known(() => props.policy as string);
        return policy === undefined || refusesPlainHttp(policy.value);
    });
    return on
        ? []
        : ["takes plain HTTP: add a BucketPolicy that denies everybody s3:* where aws:SecureTransport is false"];
}

/** Backups that are written once are locked; Velero's repository deletes for itself, and cannot be. */
function locked(bucket: PolicyResource, settings: Settings, retention: Retention): string[] {
    const lock = lockOf(settings);
    if (lock !== undefined) return validateRetention(lock, retention).map((issue) => `lock: ${issue}`);
    if (bucket.props.tags?.Kind !== "nats-backup") return [];
    return [
        "is not locked, so whoever takes over its writer's rights could have a backup deleted: add a BucketObjectLockConfiguration with a default retention",
    ];
}

/** What expires by age, and what is left of an overwritten or deleted backup; a lock keeps the latter longer than any rule on it. */
function kept(_: PolicyResource, settings: Settings, retention: Retention): string[] {
    const rules: Record<string, any>[] = settings("BucketLifecycleConfiguration").flatMap(({ props }) =>
        (props.rules ?? []).filter((rule: Record<string, any>) => rule.status === "Enabled"),
    );
    const daysOf = (read: (rule: Record<string, any>) => unknown) =>
        rules
            .map(read)
            .filter((count): count is number => typeof count === "number" && count > 0)
            .flatMap((count) => validateRetention(days(count), retention));
    return [
        ...daysOf((rule) => rule.expiration?.days),
        ...(lockOf(settings) === undefined
            ? daysOf((rule) => rule.noncurrentVersionExpiration?.noncurrentDays).map(
                  (issue) => `noncurrent versions: ${issue}`,
              )
            : []),
    ];
}

/** How long an object of the bucket is locked by default; undefined if it is not. */
function lockOf(settings: Settings): Seconds | undefined {
    const [retention] = settings("BucketObjectLockConfiguration").map(({ props }) => props.rule?.defaultRetention);
    if (retention === undefined) return undefined;
    return days((retention.days ?? 0) + 365 * (retention.years ?? 0));
}

/** By dependency, since the bucket's identifier is unknown in a preview; by name, for what names the bucket outright. */
function configures(resource: PolicyResource, bucket: PolicyResource): boolean {
    const owners = resource.propertyDependencies.bucket ?? [];
    return (
        owners.some((owner) => owner.urn === bucket.urn) ||
        (owners.length === 0 && resource.props.bucket === bucket.props.bucket)
    );
}

function lowerFirst(text: string): string {
    return text.charAt(0).toLowerCase() + text.slice(1);
}
