import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
    latchPolicy,
    latchUrl,
    saysThatNothingIsBlocked,
    validateAccountPublicAccess,
    validateStopLatch,
    type AccountPublicAccess,
} from "./stopLatchRules";

export interface StopLatchArgs {
    /** Physical name, computed and not drawn: the primary's health check names the same host. No dots. */
    readonly bucketName: string;
    /** Region of the bucket: the standby's, the provider's own. */
    readonly region: string;
    readonly primaryRegion: string;
    /** The account's own public access block, from `lookUpAccountPublicAccess`: known before anything is registered. */
    readonly accountPublicAccess: AccountPublicAccess;
}

/**
 * The STOP latch: while its one object exists, the primary is held out of DNS. People set it with one write to one bucket in
 * the standby region and release it with one delete: no call to a control plane, none to the primary region.
 *
 * A public one-object bucket and not a CloudWatch metric: an object stays until somebody deletes it, where a metric has to be
 * kept alive by a machine that may be the next to fail, and anyone can see the latch's state with a browser. The price is a bucket
 * that everyone can read. That policy exception covers `s3:GetObject` on exactly one key, over TLS, of an object that holds a
 * sentence and no secret; listing, every other key and writing by other accounts stay forbidden, and ACLs are off. The tag
 * `Purpose: stop-latch` marks the bucket for the policies.
 *
 * Encryption stays SSE-S3: an anonymous reader cannot use a KMS key, and the latch would read as absent. Versioning is on, as the
 * record of who set it and when it was released; the watcher reads from it that a person has just let go.
 *
 * Fails before anything is registered if the account as a whole blocks public buckets: the latch would then be invisible to the
 * checkers without any error. An organisation-wide block (S3 Block Public Access policies) cannot be looked up from the account:
 * the watcher's anonymous read-back finds that one.
 *
 * ### Cost
 * Nothing to speak of: one small object, and S3 does not bill the 403 that checkers get while it is absent. While it is set,
 * their 16 requests every 10 s cost $0.06 a day. The health check is priced with `FailoverDns`.
 */
export class StopLatch extends pulumi.ComponentResource {
    readonly bucketName: pulumi.Output<string>;
    readonly bucketArn: pulumi.Output<string>;
    /** Where anyone can see whether the latch is set: 200 is set, 403 or 404 is not. */
    readonly url: string;
    /** The bucket once everyone may read its object. */
    readonly opened: pulumi.Resource;

    constructor(name: string, args: StopLatchArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = [...validateStopLatch(args), ...validateAccountPublicAccess(args.accountPublicAccess)];
        if (issues.length > 0) throw new Error(`StopLatch "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:StopLatch", name, {}, opts);
        const parent = { parent: this };

        const bucket = createBucket();
        this.opened = openOneObject(bucket);

        this.bucketName = bucket.bucket;
        this.bucketArn = bucket.arn;
        this.url = latchUrl(args.bucketName, args.region);
        this.registerOutputs({ bucketName: this.bucketName, url: this.url });

        function createBucket() {
            const made = new aws.s3.Bucket(
                `${name}-bucket`,
                { bucket: args.bucketName, forceDestroy: false, tags: { Purpose: "stop-latch" } },
                { ...parent, protect: true },
            );
            new aws.s3.BucketVersioning(
                `${name}-versioning`,
                { bucket: made.id, versioningConfiguration: { status: "Enabled" } },
                parent,
            );
            new aws.s3.BucketOwnershipControls(
                `${name}-ownership`,
                { bucket: made.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
                parent,
            );
            return made;
        }

        function openOneObject(owner: aws.s3.Bucket) {
            const block = new aws.s3.BucketPublicAccessBlock(
                `${name}-public-access`,
                {
                    bucket: owner.id,
                    blockPublicAcls: true,
                    ignorePublicAcls: true,
                    // The exception: a policy may be public, and `latchPolicy` is public for one key.
                    blockPublicPolicy: false,
                    restrictPublicBuckets: false,
                },
                parent,
            );
            return new aws.s3.BucketPolicy(
                `${name}-policy`,
                { bucket: owner.id, policy: owner.arn.apply(latchPolicy) },
                { ...parent, dependsOn: [block] },
            );
        }
    }
}

/** The account-wide block on public buckets. To be awaited before the component is made, so that a blocked account fails first. */
export async function lookUpAccountPublicAccess(opts?: pulumi.InvokeOptions): Promise<AccountPublicAccess> {
    try {
        return await aws.s3.getAccountPublicAccessBlock({}, opts);
    } catch (error) {
        if (saysThatNothingIsBlocked(error)) return { blockPublicPolicy: false, restrictPublicBuckets: false };
        throw error;
    }
}
