import type { Input } from "@pulumi/pulumi";
import { charts, defaultVersions, imageReference, images, type ChosenVersions } from "../model/versions";
import type { BackupLocation } from "./backupBucketLocation";

/**
 * Velero by its own chart. Velero 1.18 is the first that is tested with Kubernetes 1.35; the plugin's compatibility table (in its
 * release 1.14) puts 1.14 beside it. The chart's default tag is one patch behind, so its image is named.
 *
 * No chart before 12 will do: their Job that brings the definitions pulls `bitnamilegacy/kubectl` in the cluster's own version,
 * which does not exist from 1.34 on, and the installation waits for that Job. Chart 12's Job runs Velero's own image, with a flag
 * that Velero has since 1.18: chart and image go together.
 */
export const veleroChart = charts.velero;

/** Velero looks for its things here, and for the repository's password in a Secret of this name and key. */
export const veleroNamespace = "velero";
export const repositorySecret = { name: "velero-repo-credentials", key: "repository-password" } as const;

/** Service account of server and node agent, as the chart is told to name it. */
export const veleroServiceAccount = "velero-server";

/** Name of the only location. */
export const defaultLocation = "default";

/** The values of the chart that this program sets, and no others. Read in the chart's values.yaml, version 12.1.0. */
export interface VeleroChartValues {
    readonly fullnameOverride: string;
    readonly image: { readonly repository: string; readonly tag: string };
    readonly initContainers: readonly Readonly<Record<string, unknown>>[];
    readonly serviceAccount: { readonly server: { readonly create: boolean; readonly name: string } };
    /** false: no Secret with keys, the role comes from Pod Identity. */
    readonly credentials: { readonly useSecret: boolean };
    readonly deployNodeAgent: boolean;
    /** Native EBS snapshots are not restorable in another region: no location for them, data movement takes their place. */
    readonly snapshotsEnabled: boolean;
    /** true: a Job before each installation applies the definitions of the image, which Helm itself would never update. */
    readonly upgradeCRDs: boolean;
    readonly cleanUpCRDs: boolean;
    readonly configuration: {
        readonly features: string;
        readonly uploaderType: string;
        readonly defaultSnapshotMoveData: boolean;
        readonly defaultVolumesToFsBackup: boolean;
        readonly backupStorageLocation: readonly Readonly<Record<string, unknown>>[];
    };
    readonly resources: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly nodeAgent: { readonly resources: Readonly<Record<string, Readonly<Record<string, string>>>> };
}

/** Tags of Velero's own image and of its plugin's. */
export type VeleroVersions = Pick<ChosenVersions, "velero" | "veleroAwsPlugin">;

/** The chart's values for one location. `readOnly` is for a cluster that restores what another one wrote. */
export function veleroChartValues(
    location: BackupLocation,
    accessMode: "ReadWrite" | "ReadOnly",
    versions: VeleroVersions = defaultVersions,
): VeleroChartValues {
    return {
        fullnameOverride: veleroChart.name,
        image: { repository: images.velero.repository, tag: versions.velero },
        initContainers: [
            {
                name: "velero-plugin-for-aws",
                image: imageReference({ ...images.veleroAwsPlugin, tag: versions.veleroAwsPlugin }),
                volumeMounts: [{ mountPath: "/target", name: "plugins" }],
            },
        ],
        serviceAccount: { server: { create: true, name: veleroServiceAccount } },
        credentials: { useSecret: false },
        deployNodeAgent: true,
        snapshotsEnabled: false,
        upgradeCRDs: true,
        cleanUpCRDs: false,
        configuration: {
            features: "EnableCSI",
            uploaderType: "kopia",
            defaultSnapshotMoveData: true,
            defaultVolumesToFsBackup: false,
            backupStorageLocation: [storageLocation(location, accessMode)],
        },
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
        nodeAgent: { resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "1Gi" } } },
    };
}

function storageLocation(
    { bucketName, keyArn, region, prefix }: BackupLocation,
    accessMode: string,
): Record<string, Input<unknown>> {
    return {
        name: defaultLocation,
        provider: "aws",
        bucket: bucketName,
        prefix,
        default: true,
        accessMode,
        // The region of the bucket, not of the cluster: S3 answers a request to the wrong one with a redirect that the plugin does not follow.
        config: { region, kmsKeyId: keyArn },
    };
}
