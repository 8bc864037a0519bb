/** The day on which somebody read what a version holds, and where it was published: `YYYY-MM-DD`. */
export type Day = `${number}-${number}-${number}`;

/** A Helm chart, pinned to the version whose `values.yaml` was read. */
export interface PinnedChart {
    readonly name: string;
    readonly repository: string;
    readonly version: string;
    readonly looked: Day;
}

/** A container image, pinned to a tag. */
export interface PinnedImage {
    readonly repository: string;
    readonly tag: string;
    readonly looked: Day;
}

/** An add-on that EKS manages, pinned to a version that EKS has for a version of Kubernetes. */
export interface PinnedAddOn {
    readonly version: string;
    readonly looked: Day;
}

/** Versions that a setting may choose from: those of the release line that the program was tested with. */
export interface TestedRange {
    /** The oldest one, as "3.4.4". */
    readonly from: string;
    /** The first one that is too new. */
    readonly below: string;
}

/**
 * Every chart that the program installs. A chart is no setting: its values were read in this very version, and the next one may
 * ignore a key.
 */
export const charts = {
    nats: {
        name: "nats",
        repository: "https://nats-io.github.io/k8s/helm/charts/",
        version: "2.14.2",
        looked: "2026-11-21",
    },
    velero: {
        name: "velero",
        repository: "https://vmware-tanzu.github.io/helm-charts",
        version: "12.1.0",
        looked: "2026-11-21",
    },
    externalSecrets: {
        name: "external-secrets",
        repository: "https://charts.external-secrets.io",
        version: "2.9.0",
        looked: "2026-11-21",
    },
    // Its own default is Argo CD 3.4.4. No chart was found that has 3.4.13 for its default; the definitions of both are the same.
    argoCd: {
        name: "argo-cd",
        repository: "https://argoproj.github.io/argo-helm",
        version: "10.1.1",
        looked: "2026-11-30",
    },
    loadBalancerController: {
        name: "aws-load-balancer-controller",
        repository: "https://aws.github.io/eks-charts",
        version: "3.5.0",
        looked: "2026-08-17",
    },
} as const satisfies Record<string, PinnedChart>;

/** Every image that the program names. Those that it does not name come as their chart pins them. */
export const images = {
    natsServer: { repository: "nats", tag: "2.14.9-alpine", looked: "2026-11-21" },
    natsReloader: { repository: "natsio/nats-server-config-reloader", tag: "0.23.0", looked: "2026-11-21" },
    natsExporter: { repository: "natsio/prometheus-nats-exporter", tag: "0.20.1", looked: "2026-11-21" },
    natsBox: { repository: "natsio/nats-box", tag: "0.19.7", looked: "2026-11-21" },
    velero: { repository: "velero/velero", tag: "v1.18.2", looked: "2026-11-21" },
    veleroAwsPlugin: { repository: "velero/velero-plugin-for-aws", tag: "v1.14.3", looked: "2026-11-30" },
    argoCd: { repository: "quay.io/argoproj/argocd", tag: "v3.4.13", looked: "2026-11-30" },
    awsCli: { repository: "public.ecr.aws/aws-cli/aws-cli", tag: "2.37.5", looked: "2026-11-21" },
    loadBalancerController: {
        repository: "public.ecr.aws/eks/aws-load-balancer-controller",
        tag: "v3.5.0",
        looked: "2026-08-17",
    },
} as const satisfies Record<string, PinnedImage>;

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
 * The add-ons' versions for each version of Kubernetes that a cluster may have, oldest first, so that both regions run the same. No
 * account was at hand: they were looked at in public upgrade plans. 1.35: EKS's default versions in October 2026; standard support until
 * 27 March 2027, tested by Velero 1.18.2. 1.36: versions that clusters ran or planned in October 2026.
 */
export const addOns = {
    "1.35": {
        "vpc-cni": { version: "v1.22.4-eksbuild.3", looked: "2026-12-01" },
        "kube-proxy": { version: "v1.35.3-eksbuild.29", looked: "2026-12-01" },
        "eks-pod-identity-agent": { version: "v1.3.10-eksbuild.3", looked: "2026-12-01" },
        coredns: { version: "v1.13.2-eksbuild.31", looked: "2026-12-01" },
        "aws-ebs-csi-driver": { version: "v1.64.0-eksbuild.1", looked: "2026-12-01" },
    },
    "1.36": {
        "vpc-cni": { version: "v1.23.1-eksbuild.1", looked: "2026-12-01" },
        "kube-proxy": { version: "v1.36.0-eksbuild.25", looked: "2026-12-01" },
        "eks-pod-identity-agent": { version: "v1.4.0-eksbuild.3", looked: "2026-12-01" },
        coredns: { version: "v1.14.3-eksbuild.23", looked: "2026-12-01" },
        "aws-ebs-csi-driver": { version: "v1.66.0-eksbuild.1", looked: "2026-12-01" },
    },
} as const satisfies Record<string, Record<ClusterAddOn, PinnedAddOn>>;

/** The add-on "snapshot-controller", which Velero needs, for each version of Kubernetes above. Adopted clusters may bring their own. */
export const snapshotController = { version: "v8.5.0-eksbuild.3", looked: "2026-12-01" } as const satisfies PinnedAddOn;

/** The oldest NATS server that the program runs: an older one must not join a super-cluster live (docs/decisions). */
export const oldestNatsServer = "2.14.7";

/**
 * Versions that a stack's settings may change, so that a security fix does not wait for this program. The chart beside each sets the
 * range: Velero's chart 12 passes a flag that Velero has since 1.18, its plugin goes with Velero by minor version, and Argo CD's
 * definitions were compared over 3.4.4 to 3.4.13.
 */
export const testedRanges = {
    argoCd: { from: "3.4.4", below: "3.5.0" },
    velero: { from: "1.18.0", below: "1.19.0" },
    veleroAwsPlugin: { from: "1.14.2", below: "1.15.0" },
} as const satisfies Partial<Record<keyof typeof images, TestedRange>>;
export type SettableVersion = keyof typeof testedRanges;

/** Tags that the settings chose, by the image's name in the table. */
export type ChosenVersions = Readonly<Record<SettableVersion, string>>;

export const defaultVersions: ChosenVersions = {
    argoCd: images.argoCd.tag,
    velero: images.velero.tag,
    veleroAwsPlugin: images.veleroAwsPlugin.tag,
};

/** Whether a tag, such as "v3.4.13", is a release in the range. Pre-releases are none. */
export function isTested(tag: string, { from, below }: TestedRange): boolean {
    const version = numbersOf(/^v(\d+\.\d+\.\d+)$/.exec(tag)?.[1]);
    return version !== undefined && compare(version, numbersOf(from)!) >= 0 && compare(version, numbersOf(below)!) < 0;
}

/** "quay.io/argoproj/argocd:v3.4.13" */
export function imageReference({ repository, tag }: Pick<PinnedImage, "repository" | "tag">): string {
    return `${repository}:${tag}`;
}

function numbersOf(version: string | undefined): number[] | undefined {
    return version?.split(".").map(Number);
}

function compare(one: readonly number[], other: readonly number[]): number {
    const at = one.findIndex((part, index) => part !== other[index]);
    return at < 0 ? 0 : one[at]! - other[at]!;
}
