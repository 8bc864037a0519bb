import type { Properties, Value } from "../wire/values";
import { derive } from "./component";

/** What a kubeconfig of an EKS cluster is made from. */
export interface KubeconfigArgs {
    /** The properties of the `aws.eks.Cluster`. */
    readonly cluster: Properties;
    readonly credentials?: Properties;
    /** Whether a profile of this machine may be named in it. */
    readonly withProfile: boolean;
}

/** A kubeconfig that gets its token from the AWS CLI; unknown as long as the cluster is. */
export function kubeconfigOf({ cluster, credentials = {}, withProfile }: KubeconfigArgs): Value {
    const { name, endpoint, certificateAuthority, arn } = cluster;
    return derive(
        [name, endpoint, certificateAuthority?.data ?? certificateAuthority, arn, credentials],
        (clusterName, server, authority, clusterArn: string | undefined, options) => {
            // An update of other targets leaves the cluster out, and its outputs with it.
            const region = clusterArn?.split(":")[3];
            const role = options.roleArn === undefined ? [] : ["--role", options.roleArn];
            const profile = !withProfile || options.profileName === undefined ? [] : ["--profile", options.profileName];
            const args = [
                "--region",
                region,
                "eks",
                "get-token",
                "--cluster-name",
                clusterName,
                "--output",
                "json",
                ...role,
                ...profile,
            ];
            const env = [
                { name: "KUBERNETES_EXEC_INFO", value: '{"apiVersion": "client.authentication.k8s.io/v1beta1"}' },
            ];
            return {
                apiVersion: "v1",
                kind: "Config",
                clusters: [{ name: "kubernetes", cluster: { server, "certificate-authority-data": authority } }],
                contexts: [{ name: "aws", context: { cluster: "kubernetes", user: "aws" } }],
                "current-context": "aws",
                users: [
                    {
                        name: "aws",
                        user: {
                            exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "aws", args, env },
                        },
                    },
                ],
            };
        },
    );
}
