import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { PodRole } from "../cluster/podRole";

export interface BackupIdentityArgs {
    /** Name of the job and of its service account. */
    readonly jobName: string;
    readonly namespace: pulumi.Input<string>;
    readonly clusterName: pulumi.Input<string>;
    /** Physical name of the role, unique in the account. */
    readonly roleName: string;
}

/** Who a job of backups is: a service account of its own, and what that may do in the bucket. */
export function backupIdentity(
    name: string,
    { jobName, namespace, clusterName, roleName }: BackupIdentityArgs,
    duty: "writer" | "reader",
    policy: pulumi.Input<string>,
    parent: pulumi.CustomResourceOptions,
): { readonly account: kubernetes.core.v1.ServiceAccount; readonly role: PodRole } {
    const account = new kubernetes.core.v1.ServiceAccount(
        `${name}-account`,
        { metadata: { name: jobName, namespace }, automountServiceAccountToken: false },
        parent,
    );
    const role = new PodRole(
        `${name}-${duty}`,
        { roleName, clusterName, namespace, serviceAccount: jobName, policy },
        parent,
    );
    return { account, role };
}
