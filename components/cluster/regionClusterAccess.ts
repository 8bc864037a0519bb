import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/**
 * A Kubernetes cluster to deploy to, whether it was made here or adopted. What goes into it is given `provider`; that
 * provider depends on nodes, add-ons and storage class being there, so that nothing has to ask for them one by one.
 */
export interface RegionClusterAccess {
    /** EKS's name of the cluster. */
    readonly clusterName: pulumi.Output<string>;
    /** Address of the API server. */
    readonly endpoint: pulumi.Output<string>;
    readonly vpcId: pulumi.Output<string>;
    /** EKS's own security group of control plane and nodes. */
    readonly securityGroupId: pulumi.Output<string>;
    readonly provider: kubernetes.Provider;
    /** The StorageClass for volumes that hold data: encrypted gp3 where the cluster was made here. */
    readonly storageClass: string;
    /** What must be there before anything that mounts a volume. */
    readonly ready: pulumi.Resource[];
}

/**
 * What a Kubernetes provider is recognised by. Only a change of this replaces what it deployed; the default compares
 * kubeconfigs, and a new certificate or credential plugin would replace everything in the cluster.
 */
export function clusterIdentifier(region: string, clusterName: string): string {
    return `eks/${region}/${clusterName}`;
}

/** A kubeconfig that gets its tokens from the AWS CLI, with whatever credentials are in the environment. Holds no secret. */
export function kubeconfigOf(cluster: {
    name: string;
    endpoint: string;
    certificateAuthority: string;
    region: string;
}): string {
    const { name, endpoint, certificateAuthority, region } = cluster;
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority } }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        "current-context": name,
        users: [
            {
                name,
                user: {
                    exec: {
                        apiVersion: "client.authentication.k8s.io/v1beta1",
                        command: "aws",
                        args: ["eks", "get-token", "--cluster-name", name, "--region", region],
                        interactiveMode: "Never",
                    },
                },
            },
        ],
    });
}
