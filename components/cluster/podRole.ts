import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a pod may do in AWS, and which pods they are. */
export interface PodRoleArgs {
    /** Physical name of the role; IAM names are global to the account, so it carries the region's short name. At most 64 characters. */
    readonly roleName: string;
    readonly clusterName: pulumi.Input<string>;
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccount: string;
    /** The policy document, as JSON. Least privilege: name resources, never "*" where AWS lets you name them. */
    readonly policy: pulumi.Input<string>;
}

/**
 * An IAM role that EKS Pod Identity hands to the pods of one service account.
 *
 * Pod Identity and not IRSA: an IRSA role trusts one cluster's OIDC provider, a Pod Identity role can be made before the
 * cluster and serve a second one. Credentials are injected when a pod starts, so whatever creates the pod has to depend on
 * `association`. That is not quite enough: AWS says that an association may take several seconds to be effective. A Job's next
 * pod has it; a Deployment that was quicker (no variable AWS_CONTAINER_CREDENTIALS_FULL_URI in its pods) needs a `kubectl rollout restart`.
 *
 * ### Cost
 * None.
 */
export class PodRole extends pulumi.ComponentResource {
    readonly role: aws.iam.Role;
    readonly association: aws.eks.PodIdentityAssociation;

    constructor(name: string, args: PodRoleArgs, opts?: pulumi.ComponentResourceOptions) {
        super("drkit:index:PodRole", name, args, opts);
        const parent = { parent: this };
        if (args.roleName.length > 64) {
            throw new Error(
                `${name}: roleName "${args.roleName}" has ${args.roleName.length} characters; IAM allows 64: shorten it.`,
            );
        }

        this.role = new aws.iam.Role(
            `${name}-role`,
            { name: args.roleName, assumeRolePolicy: podIdentityTrust },
            parent,
        );
        const policy = new aws.iam.RolePolicy(
            `${name}-policy`,
            { name: "pod", role: this.role.name, policy: args.policy },
            parent,
        );
        this.association = new aws.eks.PodIdentityAssociation(
            `${name}-association`,
            {
                clusterName: args.clusterName,
                namespace: args.namespace,
                serviceAccount: args.serviceAccount,
                roleArn: this.role.arn,
            },
            { parent: this, dependsOn: [policy] },
        );
        this.registerOutputs({});
    }
}

/** Trust policy of a Pod Identity role. `TagSession` lets IAM conditions name the cluster, namespace and service account. */
export const podIdentityTrust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
        {
            Effect: "Allow",
            Principal: { Service: "pods.eks.amazonaws.com" },
            Action: ["sts:AssumeRole", "sts:TagSession"],
        },
    ],
});
