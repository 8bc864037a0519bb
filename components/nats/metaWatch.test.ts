import { describe, expect, it } from "vitest";
import { scriptCommand } from "../cluster/scriptCommand";
import { fixtureSystem } from "../testing/fixtureSystem";
import { record } from "../testing/record";
import { MetaWatch, metaWatchScript, validateMetaWatch, type MetaWatchArgs } from "./metaWatch";
import { metaWatchJob } from "./metaWatchRules";

const args: MetaWatchArgs = {
    namespace: "atlas-messaging",
    jobName: "meta-watch-euw1",
    servers: 11,
    url: "nats://nats.atlas-messaging.svc:4222",
    authSecret: "nats-auth",
};

describe("MetaWatch", () => {
    it("asks every minute, one at a time, ends before the next run, and keeps its failures to look at", async () => {
        const recording = await record(() => new MetaWatch("meta-watch", args));
        expect(recording.children).toEqual([
            "drkit:index:MetaWatch meta-watch",
            "kubernetes:batch/v1:CronJob meta-watch-job",
        ]);
        const { metadata, spec } = recording.one("kubernetes:batch/v1:CronJob").inputs;
        expect(metadata).toEqual({ name: "meta-watch-euw1", namespace: "atlas-messaging" });
        const { jobTemplate, ...schedule } = spec;
        expect(schedule).toEqual({
            schedule: "* * * * *",
            timeZone: "Etc/UTC",
            concurrencyPolicy: "Forbid",
            startingDeadlineSeconds: 30,
            successfulJobsHistoryLimit: 1,
            failedJobsHistoryLimit: 3,
        });
        expect(jobTemplate.spec).toMatchObject({ activeDeadlineSeconds: 50, backoffLimit: 0 });
        const [container] = jobTemplate.spec.template.spec.containers;
        expect(container.command).toEqual(scriptCommand(metaWatchScript()));
        expect(container.env).toEqual([
            { name: "NATS_URL", value: "nats://nats.atlas-messaging.svc:4222" },
            { name: "NATS_USER", value: "sys" },
            { name: "NATS_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "SYS_PASSWORD" } } },
            { name: "NATS_TIMEOUT", value: "5s" },
            { name: "EXPECT_SERVERS", value: "11" },
            { name: "HOME", value: "/tmp" },
        ]);
    });

    it("fails with every mistake before it registers anything", async () => {
        await expect(record(() => new MetaWatch("meta-watch", { ...args, jobName: "A", servers: 1 }))).rejects.toThrow(
            'MetaWatch "meta-watch":\n- jobName: "A" found; allowed are up to 52 lower-case letters, digits and hyphens\n- servers: 1 found; allowed are whole numbers from 3',
        );
        expect(validateMetaWatch(args)).toEqual([]);
    });

    it("has a name of its own in each region", () => {
        expect([fixtureSystem.regions.primary, fixtureSystem.regions.dr].map(metaWatchJob)).toEqual([
            "meta-watch-euc1",
            "meta-watch-euw1",
        ]);
    });
});
