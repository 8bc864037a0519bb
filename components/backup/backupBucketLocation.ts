import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type BackupAccess, type PolicyStatement } from "./backupBucketPolicies";

/** A bucket of backups as another stack names it, and the folder in it. */
export interface BackupLocation {
    readonly bucketName: pulumi.Input<string>;
    readonly bucketArn: pulumi.Input<string>;
    readonly keyArn: pulumi.Input<string>;
    /** Region of bucket and key. */
    readonly region: pulumi.Input<string>;
    /** Folder inside the bucket, without slash at either end. */
    readonly prefix: string;
}

/** The policy document of a role for a location, in the stack that has the role. */
export function locationPolicy(location: BackupLocation, statements: (access: BackupAccess) => PolicyStatement[]): pulumi.Output<string> {
    return pulumi
        .all([location.bucketArn, location.keyArn, location.region])
        .apply(([bucketArn, keyArn, region]) => policyDocument(...statements({ bucketArn, keyArn, region, prefix: location.prefix })));
}
