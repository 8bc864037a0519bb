import { describe, expect, it } from "vitest";
import { record } from "../testing/record";
import { LatchWatcher, type LatchWatcherArgs } from "./latchWatcher";
import { validateLatchWatcher } from "./latchWatcherRules";

const args: LatchWatcherArgs = {
    functionName: "atlas-latch-watcher",
    region: "eu-west-1",
    primaryRegion: "eu-central-1",
    pairName: "failover.gateway.atlas.example",
    nameServers: ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"],
    bucketName: "atlas-stop-latch",
    bucketArn: "arn:aws:s3:::atlas-stop-latch",
    onStandby: "page",
    subscribers: [{ protocol: "email", endpoint: "oncall@example.com" }],
};

describe("validateLatchWatcher", () => {
    it("wants the standby's region and more than one name server", () => {
        expect(validateLatchWatcher({ region: "eu-west-1", primaryRegion: "eu-central-1" })).toEqual([]);
        expect(
            validateLatchWatcher({ region: "eu-central-1", primaryRegion: "eu-central-1", nameServers: ["one"] }),
        ).toEqual([
            'region is "eu-central-1", the primary region: the watcher has to run while that region is gone; use the standby\'s region',
            "nameServers has 1; a zone has four, and the watcher needs 2 or more to survive the loss of one",
        ]);
    });
});

describe("LatchWatcher", () => {
    it("makes a scheduled function with its role, topic and alarm", async () => {
        const recording = await record(() => new LatchWatcher("watcher", args));
        expect(recording.children).toEqual([
            "aws:cloudwatch/eventRule:EventRule watcher-schedule",
            "aws:cloudwatch/eventTarget:EventTarget watcher-target",
            "aws:cloudwatch/logGroup:LogGroup watcher-logs",
            "aws:cloudwatch/metricAlarm:MetricAlarm watcher-missed-runs",
            "aws:iam/role:Role watcher-role",
            "aws:iam/rolePolicy:RolePolicy watcher-role-policy",
            "aws:lambda/function:Function watcher-function",
            "aws:lambda/permission:Permission watcher-permission",
            "aws:sns/topic:Topic watcher-topic",
            "aws:sns/topicSubscription:TopicSubscription watcher-topic-subscriber-1",
            "drkit:index:LatchWatcher watcher",
        ]);
        expect(recording.one("aws:lambda/function:Function").inputs).toMatchObject({
            name: "atlas-latch-watcher",
            handler: "handler.handler",
            runtime: "nodejs24.x",
            timeout: 55,
            environment: {
                variables: {
                    PAIR_NAME: "failover.gateway.atlas.example",
                    NAME_SERVERS: "ns-1.awsdns-01.com,ns-2.awsdns-02.net",
                    LATCH_BUCKET: "atlas-stop-latch",
                    LATCH_KEY: "STOP",
                    LATCH_URL: "https://atlas-stop-latch.s3.eu-west-1.amazonaws.com/STOP",
                    TOPIC_ARN: "arn:aws:mock:::watcher-topic",
                    ON_STANDBY: "page",
                    ASK_AGAIN_AFTER_SECONDS: "20",
                    RELEASE_HOLD_OFF_SECONDS: "600",
                },
            },
        });
        expect(recording.one("aws:cloudwatch/eventRule:EventRule").inputs).toEqual({
            name: "atlas-latch-watcher",
            scheduleExpression: "rate(1 minute)",
        });
    });

    it("logs into the group with an end from its first run on, and is called only once it may be", async () => {
        const recording = await record(() => new LatchWatcher("watcher", args));
        expect(recording.dependencies("aws:lambda/function:Function")).toContain(
            "aws:cloudwatch/logGroup:LogGroup watcher-logs",
        );
        expect(recording.dependencies("aws:cloudwatch/eventTarget:EventTarget")).toContain(
            "aws:lambda/permission:Permission watcher-permission",
        );
    });

    it("pages for runs that are missed, not only for those that fail", async () => {
        const recording = await record(() => new LatchWatcher("watcher", args));
        expect(recording.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs).toMatchObject({
            treatMissingData: "breaching",
            evaluationPeriods: 5,
            comparisonOperator: "LessThanThreshold",
            threshold: 1,
            alarmActions: ["arn:aws:mock:::watcher-topic"],
        });
    });

    it("may write one object and publish to one topic, and nothing in IAM or Route 53", async () => {
        const recording = await record(() => new LatchWatcher("watcher", args));
        const { Statement } = JSON.parse(recording.one("aws:iam/rolePolicy:RolePolicy").inputs.policy);
        expect(Statement.map(({ Action, Resource }: Record<string, unknown>) => [Action, Resource])).toEqual([
            [["s3:PutObject", "s3:GetObject"], "arn:aws:s3:::atlas-stop-latch/STOP"],
            ["s3:ListBucketVersions", "arn:aws:s3:::atlas-stop-latch"],
            ["sns:Publish", "arn:aws:mock:::watcher-topic"],
            [["logs:CreateLogStream", "logs:PutLogEvents"], "arn:aws:mock:::watcher-logs:*"],
        ]);
    });
});
