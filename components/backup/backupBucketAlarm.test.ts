import { describe, expect, it } from "vitest";
import { days, hours, minutes } from "../model/duration";
import { BackupAgeAlarm, validateMaximumAge } from "./backupBucketAlarm";
import { record } from "../testing/record";

const args = {
    alarmName: "atlas-dr-nats-backup-age",
    bucketName: "atlas-dr-nats-backups",
    completedPrefix: "nats/complete",
    maximumAge: hours(3),
    notify: ["arn:aws:sns:eu-west-1:123456789012:alarms"],
};

describe("BackupAgeAlarm", () => {
    it("counts complete backups in the bucket and takes silence for an alarm", async () => {
        const recording = await record(() => new BackupAgeAlarm("age", args));
        expect(recording.children).toEqual([
            "aws:cloudwatch/metricAlarm:MetricAlarm age-alarm",
            "aws:s3/bucketMetric:BucketMetric age-metric",
            "drkit:index:BackupAgeAlarm age",
        ]);
        expect(recording.one("aws:s3/bucketMetric:BucketMetric").inputs.filter).toEqual({ prefix: "nats/complete/" });
        expect(recording.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs).toMatchObject({
            metricName: "PutRequests",
            dimensions: { BucketName: "atlas-dr-nats-backups", FilterId: "atlas-dr-nats-backup-age" },
            statistic: "Sum",
            period: 3600,
            evaluationPeriods: 3,
            datapointsToAlarm: 3,
            comparisonOperator: "LessThanThreshold",
            threshold: 1,
            treatMissingData: "breaching",
            alarmActions: args.notify,
            okActions: args.notify,
        });
    });

    it("tells nobody of a backup that sleeps, and is the same otherwise", async () => {
        const awake = (await record(() => new BackupAgeAlarm("age", args))).one(
            "aws:cloudwatch/metricAlarm:MetricAlarm",
        ).inputs;
        const asleep = (await record(() => new BackupAgeAlarm("age", { ...args, asleep: true }))).one(
            "aws:cloudwatch/metricAlarm:MetricAlarm",
        ).inputs;
        expect(asleep).toEqual({ ...awake, actionsEnabled: false });
    });

    it.each([hours(1), minutes(150), days(8), Number.NaN])(
        "refuses %d s, which CloudWatch cannot look back on",
        (maximumAge) => {
            expect(validateMaximumAge(maximumAge)).toHaveLength(1);
        },
    );

    it("fails before it registers anything", async () => {
        await expect(record(() => new BackupAgeAlarm("age", { ...args, maximumAge: 60 }))).rejects.toThrow(
            "maximumAge: 1 min; CloudWatch allows whole hours from 2 h to 7 d here",
        );
    });
});
