import * as pulumi from "@pulumi/pulumi";

/**
 * Whether the update deploys a resource, or leaves it out (`--target`, `--exclude`, `--continue-on-error`): a custom resource that was left
 * out has no id. Settles once the resource is there, and never if the update fails at it. A preview leaves nothing out, as far as it knows.
 */
export async function isDeployed(resource: pulumi.Resource): Promise<boolean> {
    if (pulumi.runtime.isDryRun()) return true;
    const mark = (pulumi.CustomResource.isInstance(resource) ? resource.id : resource.urn) as Knowable;
    try {
        await mark.promise();
        return await mark.isKnown;
    } catch {
        // --continue-on-error: it failed, or what it depends on did.
        return false;
    }
}

/** Part of every output, though missing from its declaration. */
type Knowable = pulumi.Output<string> & {
    readonly isKnown: Promise<boolean>;
    promise(): Promise<unknown>;
};
