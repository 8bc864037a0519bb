import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { clusterIdentifier } from "./regionClusterAccess";

export interface ClusterProviderArgs {
    readonly kubeconfig: pulumi.Input<string>;
    /** AWS's name of the region. */
    readonly region: string;
    readonly clusterName: string;
}

/**
 * The provider of all that is deployed into a cluster. A ConfigMap that changes is updated in place, as Kubernetes does: Pulumi's default
 * deletes it and makes it anew, and rules, dashboards and scripts that pods have mounted would be gone in between.
 */
export function clusterProvider(
    name: string,
    { kubeconfig, region, clusterName }: ClusterProviderArgs,
    opts: pulumi.ResourceOptions,
): kubernetes.Provider {
    return new kubernetes.Provider(
        name,
        { kubeconfig, clusterIdentifier: clusterIdentifier(region, clusterName), enableConfigMapMutable: true },
        opts,
    );
}
