import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { podSecurityLabels } from "../cluster/podSecurity";
import { veleroNamespace } from "./clusterBackupChart";

/** Velero's namespace. The node agent reads volumes of other pods through the node's file system, hence the label. */
export function createVeleroNamespace(name: string, opts: pulumi.CustomResourceOptions): kubernetes.core.v1.Namespace {
    const metadata = { name: veleroNamespace, labels: podSecurityLabels("privileged") };
    return new kubernetes.core.v1.Namespace(name, { metadata }, opts);
}
