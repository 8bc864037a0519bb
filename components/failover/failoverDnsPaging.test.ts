import { describe, expect, it } from "vitest";
import { record } from "../testing/record";
import { FailoverPages } from "./failoverDnsPaging";

describe("FailoverPages", () => {
    it("pages when the primary is out of DNS, and for an error rate above half for five minutes", async () => {
        const recording = await record(() => {
            new FailoverPages("pages", {
                topicName: "atlas-failover",
                calculatedCheckId: "check",
                loadBalancer: "app/primary/1",
            });
        });
        expect(recording.children).toEqual([
            "aws:cloudwatch/metricAlarm:MetricAlarm pages-error-rate",
            "aws:cloudwatch/metricAlarm:MetricAlarm pages-failed-over",
            "aws:sns/topic:Topic pages-topic",
            "drkit:index:FailoverPages pages",
        ]);
        const rate = recording.one("aws:cloudwatch/metricAlarm:MetricAlarm", "pages-error-rate").inputs;
        expect(rate).toMatchObject({
            threshold: 0.5,
            evaluationPeriods: 1,
            alarmActions: ["arn:aws:mock:::pages-topic"],
        });
        expect(rate.metricQueries.map(({ metric }: { metric?: { period: number } }) => metric?.period)).toEqual([
            300,
            300,
            300,
            undefined,
        ]);
    });
});
