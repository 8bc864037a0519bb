import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Seconds } from "../model/duration";

export interface RepeatedRun {
    /** Name of the CronJob. */
    readonly name: string;
    readonly namespace: pulumi.Input<string>;
    readonly annotations?: Readonly<Record<string, string>>;
    /** A cron, in UTC. */
    readonly schedule: string;
    /** How long one run may take, in seconds: less than lies between two. */
    readonly deadline: Seconds;
    readonly template: kubernetes.types.input.core.v1.PodTemplateSpec;
}

/** A CronJob for what asks or stores something again and again: the next run is the retry, and the last failed ones stay to say why. */
export function repeatedRun({
    name,
    namespace,
    annotations,
    schedule,
    deadline,
    template,
}: RepeatedRun): kubernetes.types.input.batch.v1.CronJob {
    return {
        metadata: { name, namespace, ...(annotations && { annotations }) },
        spec: {
            schedule,
            timeZone: "Etc/UTC",
            concurrencyPolicy: "Forbid",
            startingDeadlineSeconds: 30,
            successfulJobsHistoryLimit: 1,
            failedJobsHistoryLimit: 3,
            jobTemplate: { spec: { activeDeadlineSeconds: deadline, backoffLimit: 0, template } },
        },
    };
}

/** What is wrong with a CronJob's name; empty if nothing is. Its Jobs add 11 characters to it. */
export function validateCronJobName(jobName: string): string[] {
    return /^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/.test(jobName)
        ? []
        : [`jobName: "${jobName}" found; allowed are up to 52 lower-case letters, digits and hyphens`];
}
