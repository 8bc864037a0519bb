import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { minutes } from "../model/duration";

export interface WitnessAlarmArgs {
    readonly alarmName: string;
    readonly instanceId: pulumi.Input<string>;
    /** Who is told: ARNs of SNS topics in the witness's region. */
    readonly notify: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Says when AWS finds the witness's instance or its host ill, or when there is no such instance. It stands in the witness's own region, so it
 * needs neither of the others. An instance that is replaced takes the alarm with it, and may page for the minutes in between: no
 * data is an alarm. Whether its server votes AWS cannot know; that is `MetaWatch`. Cost: $0.10 a month.
 */
export function createWitnessAlarm(
    name: string,
    { alarmName, instanceId, notify }: WitnessAlarmArgs,
    opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
    return new aws.cloudwatch.MetricAlarm(
        name,
        {
            name: alarmName,
            alarmDescription:
                "The NATS witness is ill or gone: the loss of a region would leave no majority. What to do: docs/runbook-witness.md.",
            namespace: "AWS/EC2",
            metricName: "StatusCheckFailed",
            dimensions: { InstanceId: instanceId },
            statistic: "Maximum",
            period: minutes(1),
            evaluationPeriods: 5,
            datapointsToAlarm: 5,
            comparisonOperator: "GreaterThanThreshold",
            threshold: 0,
            treatMissingData: "breaching",
            alarmActions: notify,
            okActions: notify,
        },
        opts,
    );
}
