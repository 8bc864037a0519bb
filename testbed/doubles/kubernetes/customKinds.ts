import type { Cloud } from "../cloud";
import type { Properties } from "../wire/values";

/** A kind that is there once something has installed its definition. */
export interface CustomKind {
    /** "velero.io/v1". */
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespaced: boolean;
}

interface Definitions {
    /** Kinds in a namespace, by apiVersion; separated by spaces. */
    readonly namespaced?: Readonly<Record<string, string>>;
    readonly cluster?: Readonly<Record<string, string>>;
    /** Values with which the chart leaves its definitions out. */
    readonly absentIf?: (values: Properties) => boolean;
    /** Whether the definitions are in the chart's crds folder, so that `skipCrds` leaves them out. */
    readonly inCrdsFolder?: boolean;
}

const snapshots: Definitions = {
    namespaced: { "snapshot.storage.k8s.io/v1": "VolumeSnapshot" },
    cluster: { "snapshot.storage.k8s.io/v1": "VolumeSnapshotClass VolumeSnapshotContent" },
};

const prometheusOperator: Definitions = {
    namespaced: {
        "monitoring.coreos.com/v1":
            "Alertmanager PodMonitor Probe Prometheus PrometheusRule ServiceMonitor ThanosRuler",
        "monitoring.coreos.com/v1alpha1": "AlertmanagerConfig PrometheusAgent ScrapeConfig",
    },
};

/** The kinds that a chart's release brings, by the chart's name. */
const byChart: Readonly<Record<string, Definitions>> = {
    velero: {
        namespaced: {
            "velero.io/v1":
                "Backup BackupRepository BackupStorageLocation DeleteBackupRequest DownloadRequest PodVolumeBackup PodVolumeRestore Restore Schedule ServerStatusRequest VolumeSnapshotLocation",
            "velero.io/v2alpha1": "DataDownload DataUpload",
        },
        inCrdsFolder: true,
    },
    "external-secrets": {
        namespaced: {
            "external-secrets.io/v1": "ExternalSecret SecretStore",
            "external-secrets.io/v1alpha1": "PushSecret",
            "generators.external-secrets.io/v1alpha1":
                "ECRAuthorizationToken Fake Password SSHKey STSSessionToken UUID Webhook GeneratorState",
        },
        cluster: {
            "external-secrets.io/v1": "ClusterExternalSecret ClusterSecretStore",
            "external-secrets.io/v1alpha1": "ClusterPushSecret",
        },
        absentIf: (values) => values.installCRDs === false,
    },
    "argo-cd": {
        namespaced: { "argoproj.io/v1alpha1": "Application ApplicationSet AppProject" },
        absentIf: (values) => values.crds?.install === false,
    },
    "prometheus-operator-crds": prometheusOperator,
    "aws-load-balancer-controller": {
        namespaced: { "elbv2.k8s.aws/v1beta1": "TargetGroupBinding" },
        cluster: { "elbv2.k8s.aws/v1beta1": "IngressClassParams" },
        inCrdsFolder: true,
    },
};

/** The kinds that an EKS add-on brings, by the add-on's name. */
const byAddon: Readonly<Record<string, Definitions>> = {
    "snapshot-controller": snapshots,
};

/** The custom kinds that a cluster has now. */
export function customKinds(cloud: Cloud, cluster: string): CustomKind[] {
    return cloud.objects().flatMap(({ type, scope, inputs }): CustomKind[] => {
        if (type === "kubernetes:helm.sh/v3:Release" && scope === cluster) {
            return ofRelease(inputs);
        }
        if (type === "aws:eks/addon:Addon" && cluster.endsWith(`:cluster/${inputs.clusterName}`)) {
            return listed(byAddon[inputs.addonName]);
        }
        if (scope === cluster && inputs.kind === "CustomResourceDefinition") {
            return inputs.spec.versions.map((version: Properties) => ({
                apiVersion: `${inputs.spec.group}/${version.name}`,
                kind: inputs.spec.names.kind,
                namespaced: inputs.spec.scope === "Namespaced",
            }));
        }
        return [];
    });
}

/** Where the error for an unknown kind should point people. */
export function bringers(apiVersion: string, kind: string): string[] {
    const brings = (definitions: Definitions) =>
        listed(definitions).some((one) => one.apiVersion === apiVersion && one.kind === kind);
    return [
        ...Object.entries(byChart).flatMap(([chart, definitions]) => (brings(definitions) ? [`chart ${chart}`] : [])),
        ...Object.entries(byAddon).flatMap(([addon, definitions]) =>
            brings(definitions) ? [`EKS add-on ${addon}`] : [],
        ),
    ];
}

function ofRelease(inputs: Properties): CustomKind[] {
    const definitions = byChart[chartName(inputs.chart)];
    const isLeftOut =
        definitions?.absentIf?.(inputs.values ?? {}) === true ||
        (definitions?.inCrdsFolder === true && inputs.skipCrds === true);
    return isLeftOut ? [] : listed(definitions);
}

/** "oci://registry/charts/velero" and "vmware-tanzu/velero" are both the chart velero. */
export function chartName(chart: string): string {
    return chart
        .split("/")
        .at(-1)!
        .replace(/-\d.*\.tgz$/, "");
}

function listed(definitions: Definitions | undefined): CustomKind[] {
    const expand = (table: Readonly<Record<string, string>> | undefined, namespaced: boolean) =>
        Object.entries(table ?? {}).flatMap(([apiVersion, kinds]) =>
            kinds.split(" ").map((kind) => ({ apiVersion, kind, namespaced })),
        );
    return [...expand(definitions?.namespaced, true), ...expand(definitions?.cluster, false)];
}
