import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { minutes, type Seconds } from "../model/duration";
import { physicalName } from "../model/nameLimits";

/** Someone who is paged. E-mail addresses have to confirm; a pager's webhook does that by itself. */
export interface PageSubscriber {
    readonly protocol: "email" | "https" | "sms";
    readonly endpoint: pulumi.Input<string>;
}

/** A topic that pages people. Not encrypted with a KMS key: CloudWatch cannot publish to one with AWS's own key. Cost: some cents. */
export function createPagingTopic(
    name: string,
    topicName: string,
    subscribers: readonly PageSubscriber[],
    opts: pulumi.CustomResourceOptions,
): aws.sns.Topic {
    const topic = new aws.sns.Topic(name, { name: topicName }, opts);
    subscribers.forEach(({ protocol, endpoint }, index) => {
        new aws.sns.TopicSubscription(
            `${name}-subscriber-${index + 1}`,
            { topic: topic.arn, protocol, endpoint },
            opts,
        );
    });
    return topic;
}

/** When the API's error rate pages (seed 002: > 50 % for 5 minutes → page on-call; it never moves DNS by itself). */
const errorRateTrigger: { readonly share: number; readonly window: Seconds } = {
    share: 0.5,
    window: minutes(5),
};

export interface FailoverPagesArgs {
    /** Physical name of the topic and prefix of the alarms. */
    readonly topicName: string;
    /** The calculated check behind the PRIMARY record. */
    readonly calculatedCheckId: pulumi.Input<string>;
    /** `app/NAME/ID` of the primary's load balancer (its `arnSuffix`), for the error rate. @default no such alarm */
    readonly loadBalancer?: pulumi.Input<string>;
    readonly subscribers?: readonly PageSubscriber[];
    /**
     * A provider of us-east-1, where the metrics of health checks are: needed where the component's own region is another, the
     * load balancer's. Each region then has a topic of its own, as an alarm pages by a topic of its region only.
     * @default the component's own provider, which is of us-east-1
     */
    readonly metricsProvider?: aws.Provider;
}

/**
 * Pages from the primary region, for everything short of its loss: DNS has failed over or the latch is set, and the API's error
 * rate is above 50 % for five minutes.
 *
 * The first has to stand in us-east-1: health-check metrics exist there only, and an alarm can only page by a topic of its own
 * region. They also come minutes late. Hence nothing depends on it: the pages of the day come from `LatchWatcher` in the standby region.
 *
 * ### Cost
 * $0.10 a month for the check's alarm, $0.30 for the error rate, which reads three metrics.
 */
export class FailoverPages extends pulumi.ComponentResource {
    readonly topicArn: pulumi.Output<string>;

    constructor(name: string, args: FailoverPagesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("drkit:index:FailoverPages", name, {}, opts);
        const parent = { parent: this };

        const byMetrics = args.metricsProvider === undefined ? parent : { ...parent, provider: args.metricsProvider };
        const topic = createPagingTopic(`${name}-topic`, args.topicName, args.subscribers ?? [], byMetrics);
        alarmOnFailover();
        if (args.loadBalancer !== undefined) alarmOnErrors(args.loadBalancer, topicBesideBalancer());

        this.topicArn = topic.arn;
        this.registerOutputs({ topicArn: this.topicArn });

        function topicBesideBalancer() {
            if (args.metricsProvider === undefined) return topic;
            return createPagingTopic(`${name}-errors-topic`, args.topicName, args.subscribers ?? [], parent);
        }

        function pagesBy({ arn }: aws.sns.Topic) {
            return { alarmActions: [arn], okActions: [arn] };
        }

        function alarmOnFailover() {
            new aws.cloudwatch.MetricAlarm(
                `${name}-failed-over`,
                {
                    name: physicalName("alarm", [args.topicName, "failed-over"]),
                    alarmDescription:
                        "The primary is out of DNS: its deep check fails, or the STOP latch is set. Runbook: failover.",
                    namespace: "AWS/Route53",
                    metricName: "HealthCheckStatus",
                    dimensions: { HealthCheckId: args.calculatedCheckId },
                    statistic: "Minimum",
                    period: minutes(1),
                    evaluationPeriods: 1,
                    comparisonOperator: "LessThanThreshold",
                    threshold: 1,
                    treatMissingData: "missing",
                    ...pagesBy(topic),
                },
                byMetrics,
            );
        }

        function alarmOnErrors(loadBalancer: pulumi.Input<string>, pages: aws.sns.Topic) {
            const metric = (metricName: string) => ({
                namespace: "AWS/ApplicationELB",
                metricName,
                period: errorRateTrigger.window,
                stat: "Sum",
                dimensions: { LoadBalancer: loadBalancer },
            });
            new aws.cloudwatch.MetricAlarm(
                `${name}-error-rate`,
                {
                    name: physicalName("alarm", [args.topicName, "error-rate"]),
                    alarmDescription:
                        "More than half of the API's answers were errors for five minutes (seed 002). A person decides; DNS does not move.",
                    metricQueries: [
                        { id: "requests", metric: metric("RequestCount") },
                        { id: "own", metric: metric("HTTPCode_ELB_5XX_Count") },
                        { id: "target", metric: metric("HTTPCode_Target_5XX_Count") },
                        {
                            id: "share",
                            expression: "(FILL(own, 0) + FILL(target, 0)) / requests",
                            label: "share of errors",
                            returnData: true,
                        },
                    ],
                    comparisonOperator: "GreaterThanThreshold",
                    threshold: errorRateTrigger.share,
                    evaluationPeriods: 1,
                    treatMissingData: "notBreaching",
                    ...pagesBy(pages),
                },
                parent,
            );
        }
    }
}
