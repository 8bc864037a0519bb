import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { snapshotController as pinned } from "../model/versions";

export interface SnapshotArgs {
    readonly clusterName: pulumi.Input<string>;
    /** Version of the EKS add-on with the snapshot controller and its CRDs; null where the cluster has one already. @default the pinned one */
    readonly snapshotController?: string | null;
}

/** The snapshot controller, and the class by which Velero takes snapshots: both have to be there before Velero is. */
export function createSnapshotClass(
    name: string,
    { clusterName, snapshotController = pinned.version }: SnapshotArgs,
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
