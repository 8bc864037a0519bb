/** The add-ons that a cluster of ours runs, all managed by EKS. */
export const clusterAddOns = [
    "vpc-cni",
    "kube-proxy",
    "eks-pod-identity-agent",
    "coredns",
    "aws-ebs-csi-driver",
] as const;
export type ClusterAddOn = (typeof clusterAddOns)[number];

/**
 * Kubernetes versions that a cluster may have, with the add-on versions pinned for each, so that both regions run the same.
 * Oldest first. 1.35: EKS's default add-on versions in October 2026; standard support until 27 March 2027, tested by Velero 1.18.2.
 * 1.36: the newest add-on versions seen for it in public upgrade plans of October 2026.
 */
export const kubernetesVersions = {
    "1.35": {
        "vpc-cni": "v1.22.4-eksbuild.3",
        "kube-proxy": "v1.35.3-eksbuild.29",
        "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
        coredns: "v1.13.2-eksbuild.31",
        "aws-ebs-csi-driver": "v1.64.0-eksbuild.1",
    },
    "1.36": {
        "vpc-cni": "v1.23.1-eksbuild.1",
        "kube-proxy": "v1.36.0-eksbuild.25",
        "eks-pod-identity-agent": "v1.4.0-eksbuild.3",
        coredns: "v1.14.3-eksbuild.23",
        "aws-ebs-csi-driver": "v1.66.0-eksbuild.1",
    },
} as const satisfies Record<string, Record<ClusterAddOn, string>>;

export type KubernetesVersion = keyof typeof kubernetesVersions;

export const defaultKubernetesVersion: KubernetesVersion = "1.35";

/** Whether version `found` ("1.36") is at least `oldest`. */
export function isAtLeast(found: string, oldest: string): boolean {
    const minor = (version: string) => Number(/^1\.(\d+)/.exec(version)?.[1] ?? -1);
    return minor(found) >= minor(oldest);
}
