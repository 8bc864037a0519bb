import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { veleroNamespace } from "./clusterBackupChart";

/** Velero's namespace. The node agent reads volumes of other pods through the node's file system, hence the label. */
export function createVeleroNamespace(name: string, opts: pulumi.CustomResourceOptions): kubernetes.core.v1.Namespace {
    const labels = { "pod-security.kubernetes.io/enforce": "privileged" };
    return new kubernetes.core.v1.Namespace(name, { metadata: { name: veleroNamespace, labels } }, opts);
}
