import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { validateRetention } from "../components/backup/backupBucketRules";
import { days } from "../infra/duration";
import { isBackupBucket } from "./backups";

/** A rule over one backup bucket and the resources that configure it: what is wrong, as the end of a sentence. */
type Rule = (bucket: PolicyResource, settings: Settings) => string[];

/** The resources whose `bucket` is this one, by the last part of their type. */
type Settings = (type: string) => PolicyResource[];

const rules: readonly Rule[] = [notDestroyedByForce, versioned, encrypted, isPrivate, kept];

/** What has to be there on the worst day may not be lost to a mistake, a script or a lifecycle rule before it. */
export const backupDurability: StackValidationPolicy = {
    name: "backup-durability",
    description: "Backup buckets are versioned, encrypted, private, kept for the retention and not destroyed by force.",
    enforcementLevel: "mandatory",
    validateStack: (args, reportViolation) => {
        for (const bucket of args.resources.filter((resource) => isBackupBucket(resource.type, resource.props))) {
            const settings: Settings = (type) =>
                args.resources.filter(
                    (resource) => resource.type === `aws:s3/${lowerFirst(type)}:${type}` && configures(resource, bucket),
                );
            for (const issue of rules.flatMap((rule) => rule(bucket, settings))) {
                reportViolation(`backup bucket "${bucket.name}" ${issue}.`, bucket.urn);
            }
        }
    },
};

function notDestroyedByForce(bucket: PolicyResource): string[] {
    return bucket.props.forceDestroy === true ? ["has forceDestroy, which deletes every backup along with it: set it to false"] : [];
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
    return on ? [] : ["is not encrypted with a key of ours: add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms"];
}

function isPrivate(_: PolicyResource, settings: Settings): string[] {
    const switches = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
    const [block] = settings("BucketPublicAccessBlock");
    if (!block) return ["can be made public: add a BucketPublicAccessBlock with all four switches on"];
    const off = switches.filter((name) => block.props[name] !== true);
    return off.length === 0 ? [] : [`can be made public: switch on ${off.join(", ")}`];
}

function kept(_: PolicyResource, settings: Settings): string[] {
    const expiries = settings("BucketLifecycleConfiguration").flatMap(({ props }) =>
        (props.rules ?? [])
            .filter((rule: Record<string, any>) => rule.status === "Enabled")
            .map((rule: Record<string, any>): unknown => rule.expiration?.days)
            .filter((count: unknown): count is number => typeof count === "number" && count > 0),
    );
    return expiries.flatMap((count) => validateRetention(days(count)));
}

/** By dependency, since the bucket's identifier is unknown in a preview; by name, for what names the bucket outright. */
function configures(resource: PolicyResource, bucket: PolicyResource): boolean {
    const owners = resource.propertyDependencies.bucket ?? [];
    return owners.some((owner) => owner.urn === bucket.urn) || (owners.length === 0 && resource.props.bucket === bucket.props.bucket);
}

function lowerFirst(text: string): string {
    return text.charAt(0).toLowerCase() + text.slice(1);
}
