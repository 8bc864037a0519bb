import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { kmsAlias } from "../model/nameLimits";

export interface SecretsKeyArgs {
    /** Name without "alias/", the same in both regions: "shop-secrets". */
    readonly aliasName: string;
    /** ARN of the other region's key, to make this one its replica. @default this one is the first */
    readonly replicaOf?: pulumi.Input<string>;
}

/**
 * The key that encrypts one region's copies of the critical secrets: a multi-Region key in one region, its replica in the
 * other, each of use without the other region.
 *
 * The first one is the standby's. It is the one whose rotation and deletion decide for both, so it belongs where the
 * system goes on; and the standby's stack comes first in the phase that needs it.
 *
 * ### Cost
 * $1 a month in each region, and $1 for each of the first two rotations; requests $0.03 per 10,000.
 */
export class SecretsKey extends pulumi.ComponentResource {
    readonly arn: pulumi.Output<string>;

    constructor(name: string, args: SecretsKeyArgs, opts?: pulumi.ComponentResourceOptions) {
        super("drkit:index:SecretsKey", name, {}, opts);
        // Without the key no secret can be read. 30 days is the longest wait there is.
        const forever = { parent: this, protect: true };
        const common = { description: `Critical secrets, ${args.aliasName}`, deletionWindowInDays: 30 };

        const key =
            args.replicaOf === undefined
                ? new aws.kms.Key(`${name}-key`, { ...common, multiRegion: true, enableKeyRotation: true }, forever)
                : new aws.kms.ReplicaKey(`${name}-key`, { ...common, primaryKeyArn: args.replicaOf }, forever);
        new aws.kms.Alias(
            `${name}-alias`,
            { name: kmsAlias([args.aliasName]), targetKeyId: key.keyId },
            { parent: this },
        );

        this.arn = key.arn;
        this.registerOutputs({ arn: this.arn });
    }
}
