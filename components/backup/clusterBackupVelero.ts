import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { locationPolicy, type BackupLocation } from "./backupBucketLocation";
import { backupRepositoryStatements, backupRestorerStatements } from "./backupBucketPolicies";
import {
    veleroChart,
    veleroChartValues,
    veleroNamespace,
    veleroServiceAccount,
    type VeleroVersions,
} from "./clusterBackupChart";
import { helmRelease } from "../cluster/helmRelease";
import { PodRole } from "../cluster/podRole";

export interface VeleroArgs {
    readonly clusterName: pulumi.Input<string>;
    /** Physical name of Velero's role, unique in the account. */
    readonly roleName: string;
    readonly location: BackupLocation;
    /** Tags of the images, within `testedRanges`. @default defaultVersions */
    readonly versions?: VeleroVersions;
    /** How long Helm waits for Velero, in seconds. @default 600 */
    readonly timeoutSeconds?: number;
}

const statements = { ReadWrite: backupRepositoryStatements, ReadOnly: backupRestorerStatements };

/** Velero with its role: it may do in the location what the mode says, and nothing anywhere else. */
export function installVelero(
    name: string,
    args: VeleroArgs,
    mode: keyof typeof statements,
    before: readonly pulumi.Resource[],
    parent: pulumi.CustomResourceOptions,
): kubernetes.helm.v3.Release {
    const { clusterName, roleName, location, versions, timeoutSeconds } = args;
    const role = new PodRole(
        `${name}-role`,
        {
            roleName,
            clusterName,
            namespace: veleroNamespace,
            serviceAccount: veleroServiceAccount,
            policy: locationPolicy(location, statements[mode]),
        },
        parent,
    );
    return helmRelease(
        `${name}-release`,
        {
            chart: veleroChart,
            namespace: veleroNamespace,
            values: veleroChartValues(location, mode, versions),
            timeoutSeconds,
        },
        // Credentials are injected when a pod starts.
        { ...parent, dependsOn: [...before, role.association] },
    );
}
