import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Seconds } from "../model/duration";

/** A chart, pinned to a version. */
export interface Chart {
    readonly name: string;
    readonly version: string;
    readonly repository: string;
}

export interface HelmReleaseArgs {
    readonly chart: Chart;
    /** Physical name of the release. @default the chart's name */
    readonly releaseName?: string;
    readonly namespace: pulumi.Input<string>;
    readonly values: object;
    /** How long Helm waits for what it installs. @default 600 */
    readonly timeoutSeconds?: Seconds;
}

/** A release that stays as it is when it fails: a roll-back in the middle of a rolling restart would restart every server twice more. */
export function helmRelease(
    name: string,
    args: HelmReleaseArgs,
    opts: pulumi.CustomResourceOptions,
): kubernetes.helm.v3.Release {
    const { chart, releaseName = chart.name, namespace, values, timeoutSeconds = 600 } = args;
    return new kubernetes.helm.v3.Release(
        name,
        {
            name: releaseName,
            namespace,
            chart: chart.name,
            version: chart.version,
            repositoryOpts: { repo: chart.repository },
            timeout: timeoutSeconds,
            atomic: false,
            values: { ...values },
        },
        opts,
    );
}
