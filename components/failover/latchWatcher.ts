import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createPagingTopic, type PageSubscriber } from "./failoverDnsPaging";
import {
    askAgainAfter,
    lambdaTrust,
    releaseHoldOff,
    validateLatchWatcher,
    watcherPolicy,
    watchInterval,
} from "./latchWatcherRules";
import { latchKey, latchUrl } from "./stopLatchRules";
import { physicalName } from "../model/nameLimits";

export interface LatchWatcherArgs {
    /** Physical name of the function, its role, its topic and its alarm. */
    readonly functionName: string;
    /** The standby's region, the provider's own. */
    readonly region: string;
    readonly primaryRegion: string;
    /** Name of the failover pair. */
    readonly pairName: string;
    /** The zone's authoritative servers, as Route 53 names them. */
    readonly nameServers: pulumi.Input<readonly string[]>;
    /** The STOP latch's bucket. */
    readonly bucketName: string;
    readonly bucketArn: pulumi.Input<string>;
    /**
     * What two standby answers in a row do. "page" until there is a standby that can serve: nobody is to be pinned to a
     * maintenance page. "latch" from then on.
     */
    readonly onStandby: "page" | "latch";
    /** Who is paged. @default nobody: subscribe to the topic by hand */
    readonly subscribers?: readonly PageSubscriber[];
}

/**
 * Sets the STOP latch after an automatic failover, so that the way back is a decision.
 *
 * Health-check metrics exist in us-east-1 only, so nothing in the standby region can alarm on them. A function there asks the zone's
 * authoritative servers once a minute which half of the pair they answer (its TXT record). If it is the standby's, it asks again
 * 20 s later in the same run, which makes "twice in a row" without any state to keep. Then it sets the latch, reads it back without
 * credentials as a checker would, and pages by a topic in this region. It calls S3, SNS and DNS: no control plane, nothing in the
 * primary region. For ten minutes after a person has removed the latch it lets be, because checkers see the removal late.
 *
 * It pages every minute while the standby is answered and the latch is not set. A run that is missed or fails pages too: the alarm
 * counts successful runs and takes missing data for a breach.
 *
 * From the loss to a latch in force it takes detection, up to 60 s to the next run, 20 s to the second answer and up to 48 s of the
 * latch's own check. A primary that comes back sooner takes its traffic back, as any short outage does.
 *
 * ### Cost
 * 43,800 runs of about 0.3 s at 128 MB: inside Lambda's free tier, otherwise $0.03 a month. Alarm $0.10 per metric it reads: $0.20. Logs some cents.
 */
export class LatchWatcher extends pulumi.ComponentResource {
    readonly topicArn: pulumi.Output<string>;
    readonly functionName: string;

    constructor(name: string, args: LatchWatcherArgs, opts?: pulumi.ComponentResourceOptions) {
        const { nameServers, ...facts } = args;
        const issues = validateLatchWatcher({
            ...facts,
            nameServers: Array.isArray(nameServers) ? nameServers : undefined,
        });
        if (issues.length > 0) throw new Error(`LatchWatcher "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:LatchWatcher", name, {}, opts);
        const parent = { parent: this };
        const { functionName } = args;

        const topic = createPagingTopic(`${name}-topic`, functionName, args.subscribers ?? [], parent);
        const logs = new aws.cloudwatch.LogGroup(
            `${name}-logs`,
            { name: `/aws/lambda/${functionName}`, retentionInDays: 30 },
            parent,
        );
        const role = createRole();
        const watcher = createFunction();
        schedule();
        alarmOnMissedRuns();

        this.topicArn = topic.arn;
        this.functionName = functionName;
        this.registerOutputs({ topicArn: this.topicArn });

        function createRole() {
            const made = new aws.iam.Role(
                `${name}-role`,
                { name: functionName, assumeRolePolicy: lambdaTrust },
                parent,
            );
            const policy = pulumi
                .all([args.bucketArn, topic.arn, logs.arn])
                .apply(([bucketArn, topicArn, logGroupArn]) => watcherPolicy({ bucketArn, topicArn, logGroupArn }));
            new aws.iam.RolePolicy(`${name}-role-policy`, { name: "watch", role: made.name, policy }, parent);
            return made;
        }

        function createFunction() {
            return new aws.lambda.Function(
                `${name}-function`,
                {
                    name: functionName,
                    description: "Sets the STOP latch after a DNS failover",
                    runtime: "nodejs24.x",
                    architectures: ["arm64"],
                    handler: "handler.handler",
                    code: new pulumi.asset.AssetArchive({ "handler.mjs": new pulumi.asset.StringAsset(watcherCode()) }),
                    role: role.arn,
                    memorySize: 128,
                    // Two questions to four servers, the wait between them, and the calls: a run must end before the next begins.
                    timeout: watchInterval - 5,
                    environment: {
                        variables: {
                            PAIR_NAME: args.pairName,
                            NAME_SERVERS: pulumi.output(nameServers).apply((servers) => servers.join(",")),
                            LATCH_BUCKET: args.bucketName,
                            LATCH_KEY: latchKey,
                            LATCH_URL: latchUrl(args.bucketName, args.region),
                            TOPIC_ARN: topic.arn,
                            ON_STANDBY: args.onStandby,
                            ASK_AGAIN_AFTER_SECONDS: String(askAgainAfter),
                            RELEASE_HOLD_OFF_SECONDS: String(releaseHoldOff),
                        },
                    },
                },
                { ...parent, dependsOn: [logs] },
            );
        }

        function schedule() {
            const rule = new aws.cloudwatch.EventRule(
                `${name}-schedule`,
                { name: functionName, scheduleExpression: "rate(1 minute)" },
                parent,
            );
            const permission = new aws.lambda.Permission(
                `${name}-permission`,
                {
                    statementId: "schedule",
                    action: "lambda:InvokeFunction",
                    function: watcher.name,
                    principal: "events.amazonaws.com",
                    sourceArn: rule.arn,
                },
                parent,
            );
            new aws.cloudwatch.EventTarget(
                `${name}-target`,
                { rule: rule.name, targetId: "watcher", arn: watcher.arn },
                { ...parent, dependsOn: [permission] },
            );
        }

        function alarmOnMissedRuns() {
            const metric = (metricName: string) => ({
                namespace: "AWS/Lambda",
                metricName,
                period: watchInterval,
                stat: "Sum",
                dimensions: { FunctionName: functionName },
            });
            new aws.cloudwatch.MetricAlarm(
                `${name}-missed-runs`,
                {
                    name: physicalName("alarm", [functionName, "missed-runs"]),
                    alarmDescription:
                        "The latch watcher has not ended a run well for five minutes: after a failover nobody would set the STOP latch.",
                    metricQueries: [
                        { id: "runs", metric: metric("Invocations") },
                        { id: "errors", metric: metric("Errors") },
                        { id: "good", expression: "runs - errors", label: "runs that ended well", returnData: true },
                    ],
                    comparisonOperator: "LessThanThreshold",
                    threshold: 1,
                    evaluationPeriods: 5,
                    treatMissingData: "breaching",
                    alarmActions: [topic.arn],
                    okActions: [topic.arn],
                },
                parent,
            );
        }
    }
}

function watcherCode(): string {
    return readFileSync(join(__dirname, "latchWatcher", "handler.mjs"), "utf8");
}
