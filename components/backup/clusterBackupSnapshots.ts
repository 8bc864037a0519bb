import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** EKS add-on "snapshot-controller", one version for all of `kubernetesVersions`: in public plans on 1.35, and beside the EBS driver that is pinned for 1.36. */
export const snapshotControllerVersion = "v8.5.0-eksbuild.3";

export interface SnapshotArgs {
    readonly clusterName: pulumi.Input<string>;
    /** Version of the EKS add-on with the snapshot controller and its CRDs; null where the cluster has one already. @default snapshotControllerVersion */
    readonly snapshotController?: string | null;
}

/** The snapshot controller, and the class by which Velero takes snapshots: both have to be there before Velero is. */
export function createSnapshotClass(
    name: string,
    { clusterName, snapshotController = snapshotControllerVersion }: SnapshotArgs,
    parent: pulumi.CustomResourceOptions,
) {
    const controller =
        snapshotController === null
            ? []
            : [
                  new aws.eks.Addon(
                      `${name}-snapshot-controller`,
                      { clusterName, addonName: "snapshot-controller", addonVersion: snapshotController },
                      parent,
                  ),
              ];
    return new kubernetes.apiextensions.CustomResource(
        `${name}-snapshot-class`,
        {
            apiVersion: "snapshot.storage.k8s.io/v1",
            kind: "VolumeSnapshotClass",
            metadata: { name: "ebs-backup", labels: { "velero.io/csi-volumesnapshot-class": "true" } },
            driver: "ebs.csi.aws.com",
            // A snapshot is only there until its data is moved.
            deletionPolicy: "Delete",
        },
        { ...parent, dependsOn: controller },
    );
}
