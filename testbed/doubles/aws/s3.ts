import type { InvokeTable, ResourceModel, ResourceTable } from "../model/resourceModel";
import type { Properties } from "../wire/values";
import { endpointZones } from "./regions";

const bucket = { type: "aws:s3/bucket:Bucket", missing: "NoSuchBucket", sameRegion: true } as const;

/** A setting of a bucket that exists once a bucket: its id is the bucket's name. */
function bucketSetting(replaceOn: readonly string[] = []): ResourceModel {
    return {
        id: (inputs) => String(inputs.bucket),
        unique: (inputs) => String(inputs.bucket),
        conflict: "BucketSettingAlreadyManaged",
        references: { bucket },
        replaceOn: ["bucket", ...replaceOn],
    };
}

function validBucketName({ bucket }: Properties): string[] {
    const isValid = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes("..");
    return isValid
        ? []
        : [
              `InvalidBucketName: "${bucket}": 3 to 63 lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit`,
          ];
}

const bucketObject: ResourceModel = {
    id: (inputs) => `${inputs.bucket}/${inputs.key}`,
    references: { bucket },
    replaceOn: ["bucket", "key"],
    outputs: (inputs, { hash }) => ({
        arn: `arn:aws:s3:::${inputs.bucket}/${inputs.key}`,
        etag: hash(32, JSON.stringify(inputs.content ?? inputs.source ?? "")),
        storageClass: inputs.storageClass ?? "STANDARD",
        contentType: inputs.contentType ?? "application/octet-stream",
        versionId: hash(32, `version ${JSON.stringify(inputs)}`),
        acl: inputs.acl ?? "private",
    }),
};

/** Amazon S3. A bucket's name is taken in every account and region. */
export const s3: ResourceTable = {
    "aws:s3/bucket:Bucket": {
        autoname: "bucket",
        maxName: 63,
        reach: "global",
        unique: (inputs) => inputs.bucket,
        conflict: "BucketAlreadyExists",
        id: (inputs, { random }) => inputs.bucket ?? `${inputs.bucketPrefix}${random(26)}`,
        defaults: { forceDestroy: false },
        replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled"],
        refuse: (inputs) => (inputs.bucket === undefined ? [] : validBucketName(inputs)),
        refuseDelete: (bucket, { cloud }) => {
            const holdsObjects = cloud
                .objects()
                .some(({ type, inputs }) => type.startsWith("aws:s3/bucketObject") && inputs.bucket === bucket.id);
            return holdsObjects && bucket.inputs.forceDestroy !== true ? [`BucketNotEmpty: "${bucket.id}"`] : [];
        },
        outputs: (inputs, { id, region }) => ({
            bucket: id,
            arn: `arn:aws:s3:::${id}`,
            bucketDomainName: `${id}.s3.amazonaws.com`,
            bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
            bucketRegion: region,
            hostedZoneId: endpointZones(region).s3,
            objectLockEnabled: inputs.objectLockEnabled ?? false,
            requestPayer: "BucketOwner",
        }),
    },
    "aws:s3/bucketVersioning:BucketVersioning": bucketSetting(),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucketSetting(),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting(),
    "aws:s3/bucketPolicy:BucketPolicy": bucketSetting(),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketSetting(),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketSetting(),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting(),
    "aws:s3/bucketMetric:BucketMetric": {
        ...bucketSetting(["name"]),
        id: ({ bucket, name }) => `${bucket}:${name}`,
        unique: ({ bucket, name }) => `${bucket}:${name}`,
    },
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": {
        reach: "account",
        unique: () => "the account's",
        id: (_inputs, { account }) => account,
    },
    "aws:s3/bucketObjectv2:BucketObjectv2": bucketObject,
};

export const s3Invokes: InvokeTable = {
    "aws:s3/getAccountPublicAccessBlock:getAccountPublicAccessBlock": (args, { visible, account, region }) => {
        const set = visible("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock")[0]?.inputs ?? {};
        const switches = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
        return {
            ...args,
            id: account,
            accountId: account,
            region,
            ...Object.fromEntries(switches.map((name) => [name, set[name] ?? false])),
        };
    },
};
