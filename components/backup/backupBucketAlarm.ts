import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { days, formatDuration, hours, type Seconds } from "../model/duration";
import { physicalName } from "../model/nameLimits";

export interface BackupAgeAlarmArgs {
    /** Name of the alarm and of the bucket's metric. */
    readonly alarmName: string;
    readonly bucketName: pulumi.Input<string>;
    /** Folder that gets one object for each complete backup and no other object, without slash at either end. */
    readonly completedPrefix: pulumi.Input<string>;
    /** The newest backup may be this old, in seconds: whole hours, from 2 h to 7 days. */
    readonly maximumAge: Seconds;
    /** Who is told: ARNs of SNS topics in the bucket's region. */
    readonly notify: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * For a backup that sleeps until an operator wakes it: the alarm tells nobody until the same operator switches its actions on
     * (`aws cloudwatch enable-alarm-actions`), and no update switches them off again. @default false
     *
     * Not by taking missing data for good: the bucket counts requests, and where none come there is no number to compare, so such
     * an alarm could never go off.
     */
    readonly asleep?: boolean;
}

/** What is wrong with the alarm's window; CloudWatch looks back at most a week, in steps of an hour. */
export function validateMaximumAge(maximumAge: Seconds): string[] {
    if (maximumAge >= hours(2) && maximumAge <= days(7) && Number.isInteger(maximumAge / hours(1))) return [];
    return [`maximumAge: ${formatDuration(maximumAge)}; CloudWatch allows whole hours from 2 h to 7 d here`];
}

/**
 * Says when the newest complete backup is older than it may be.
 *
 * It counts what arrives in the bucket, from the bucket's own region: one object a complete backup. So it survives the loss of the
 * region that is backed up, and neither a job that never starts, nor one that ends with status 0 and uploads nothing, can keep it
 * quiet. An alert inside the cluster, on the CronJob's last success, would do neither. No data is an alarm.
 *
 * ### Cost
 * About $2 a month: S3 request metrics of one folder, at $0.30 each, and one alarm at $0.10.
 */
export class BackupAgeAlarm extends pulumi.ComponentResource {
    constructor(name: string, args: BackupAgeAlarmArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateMaximumAge(args.maximumAge);
        if (issues.length > 0) throw new Error(`BackupAgeAlarm "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:BackupAgeAlarm", name, {}, opts);
        const parent = { parent: this };

        const metric = new aws.s3.BucketMetric(
            `${name}-metric`,
            {
                bucket: args.bucketName,
                name: physicalName("bucket metric", [args.alarmName]),
                filter: { prefix: pulumi.interpolate`${args.completedPrefix}/` },
            },
            parent,
        );
        const periods = args.maximumAge / hours(1);
        new aws.cloudwatch.MetricAlarm(
            `${name}-alarm`,
            {
                name: args.alarmName,
                alarmDescription: pulumi.interpolate`No complete backup reached ${args.completedPrefix}/ for ${formatDuration(args.maximumAge)}. What to do: docs/runbook-restore.md.`,
                namespace: "AWS/S3",
                metricName: "PutRequests",
                dimensions: { BucketName: args.bucketName, FilterId: metric.name },
                statistic: "Sum",
                period: hours(1),
                evaluationPeriods: periods,
                datapointsToAlarm: periods,
                threshold: 1,
                comparisonOperator: "LessThanThreshold",
                treatMissingData: "breaching",
                alarmActions: args.notify,
                okActions: args.notify,
                ...(args.asleep && { actionsEnabled: false }),
            },
            { ...parent, ...(args.asleep && { ignoreChanges: ["actionsEnabled"] }) },
        );
        this.registerOutputs({});
    }
}
