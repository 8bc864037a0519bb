import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type BackupAccess, type PolicyStatement } from "./backupBucketPolicies";

type Inputs<Values> = { readonly [Key in keyof Values]: pulumi.Input<Values[Key]> };

/** A bucket of backups as another stack names it, and the folder in it, which rules look at before anything is registered. */
export interface BackupLocation extends Inputs<Omit<BackupAccess, "prefix">>, Pick<BackupAccess, "prefix"> {
    readonly bucketName: pulumi.Input<string>;
}

/** The policy document of a role for a location, in the stack that has the role. */
export function locationPolicy(
    location: BackupLocation,
    statements: (access: BackupAccess) => PolicyStatement[],
): pulumi.Output<string> {
    return pulumi
        .all([location.bucketArn, location.keyArn, location.region])
        .apply(([bucketArn, keyArn, region]) =>
            policyDocument(...statements({ bucketArn, keyArn, region, prefix: location.prefix })),
        );
}
