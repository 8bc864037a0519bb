import type { Seconds } from "../model/duration";
import { latchKey } from "./stopLatchRules";

/** Seconds between the two questions of one run. */
export const askAgainAfter: Seconds = 20;

/**
 * How long after a release the watcher leaves the latch alone. Checkers take up to 48 s to see that it is gone and DNS some
 * seconds more, during which the pair still answers standby.
 */
export const releaseHoldOff: Seconds = 600;

/** Seconds between two runs. */
export const watchInterval: Seconds = 60;

export interface LatchWatcherFacts {
    readonly region: string;
    readonly primaryRegion: string;
    readonly nameServers?: readonly string[];
}

export function validateLatchWatcher({ region, primaryRegion, nameServers }: LatchWatcherFacts): string[] {
    return [
        ...(region === primaryRegion
            ? [
                  `region is "${region}", the primary region: the watcher has to run while that region is gone; use the standby's region`,
              ]
            : []),
        ...(nameServers !== undefined && nameServers.length < 2
            ? [
                  `nameServers has ${nameServers.length}; a zone has four, and the watcher needs 2 or more to survive the loss of one`,
              ]
            : []),
    ];
}

/** Trust and permissions of the function: one object, one topic, its own log. */
export const lambdaTrust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

export function watcherPolicy({
    bucketArn,
    topicArn,
    logGroupArn,
}: {
    bucketArn: string;
    topicArn: string;
    logGroupArn: string;
}): string {
    return JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "SetTheLatch",
                Effect: "Allow",
                Action: ["s3:PutObject", "s3:GetObject"],
                Resource: `${bucketArn}/${latchKey}`,
            },
            { Sid: "SeeWhenItWasReleased", Effect: "Allow", Action: "s3:ListBucketVersions", Resource: bucketArn },
            { Sid: "Page", Effect: "Allow", Action: "sns:Publish", Resource: topicArn },
            {
                Sid: "Log",
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource: `${logGroupArn}:*`,
            },
        ],
    });
}
