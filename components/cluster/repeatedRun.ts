import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { waitFor, type CronJobTimes, type JobTimes } from "../model/jobTimes";

type PodTemplate = kubernetes.types.input.core.v1.PodTemplateSpec & {
    readonly spec: kubernetes.types.input.core.v1.PodSpec;
};

export interface RepeatedRun {
    /** Name of the CronJob. */
    readonly name: string;
    readonly namespace: pulumi.Input<string>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly times: CronJobTimes;
    /** Whether it runs by itself. @default left to Kubernetes: it does */
    readonly suspend?: boolean;
    readonly template: PodTemplate;
}

/** A CronJob with the times of the table (`cronJobTimes`), in UTC. The last failed Jobs stay to say why. */
export function repeatedRun({
    name,
    namespace,
    annotations,
    times,
    suspend,
    template,
}: RepeatedRun): kubernetes.types.input.batch.v1.CronJob {
    return {
        metadata: { name, namespace, ...(annotations && { annotations }) },
        spec: {
            schedule: times.schedule,
            timeZone: "Etc/UTC",
            ...(suspend !== undefined && { suspend }),
            concurrencyPolicy: "Forbid",
            startingDeadlineSeconds: times.startingDeadline,
            successfulJobsHistoryLimit: times.keptSuccesses,
            failedJobsHistoryLimit: times.keptFailures,
            jobTemplate: { spec: runOf(times, template) },
        },
    };
}

/** One run: the `spec` of a Job with the times of the table. */
export function runOf(
    { deadline, gracePeriod, retries }: JobTimes,
    template: PodTemplate,
): kubernetes.types.input.batch.v1.JobSpec {
    return {
        activeDeadlineSeconds: deadline,
        backoffLimit: retries,
        template: { ...template, spec: { ...template.spec, terminationGracePeriodSeconds: gracePeriod } },
    };
}

/** Has the engine wait for a Job until after Kubernetes has ended it; its own default of 10 minutes is shorter than some deadlines. */
export function awaited(times: JobTimes): { customTimeouts: { create: string; update: string } } {
    const timeout = `${waitFor(times)}s`;
    return { customTimeouts: { create: timeout, update: timeout } };
}

/** What is wrong with a CronJob's name; empty if nothing is. Its Jobs add 11 characters to it. */
export function validateCronJobName(jobName: string): string[] {
    return /^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/.test(jobName)
        ? []
        : [`jobName: "${jobName}" found; allowed are up to 52 lower-case letters, digits and hyphens`];
}
