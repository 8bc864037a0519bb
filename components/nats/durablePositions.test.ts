import { describe, expect, it } from "vitest";
import { scriptCommand } from "../cluster/scriptCommand";
import { fixtureSystem } from "../testing/fixtureSystem";
import { recoveryPoint } from "../model/cadence";
import { cronJobTimes } from "../model/jobTimes";
import { record } from "../testing/record";
import {
    DurablePositions,
    storePositionsScript,
    validateDurablePositions,
    type DurablePositionsArgs,
} from "./durablePositions";
import { positionsStream } from "./durablePositionsStore";

const args: DurablePositionsArgs = {
    namespace: "atlas-messaging",
    jobName: "durable-positions",
    streams: ["ORDERS", "audit-log", "Readings"],
    cluster: "dublin",
    url: "nats://nats.atlas-messaging.svc:4222",
    authSecret: "nats-auth",
    contract: fixtureSystem.contracts.durablePositions,
};
const cronJob = "kubernetes:batch/v1:CronJob";

describe("DurablePositions", () => {
    it("makes a CronJob and the settings of the stream that it stores in, and no stream as a resource", async () => {
        const recording = await record(() => new DurablePositions("positions", args));
        expect(recording.children).toEqual([
            "drkit:index:DurablePositions positions",
            "kubernetes:batch/v1:CronJob positions-job",
            "kubernetes:core/v1:ConfigMap positions-settings",
        ]);
        const { metadata, data } = recording.one("kubernetes:core/v1:ConfigMap").inputs;
        expect(metadata).toEqual({ name: "durable-positions", namespace: "atlas-messaging" });
        expect(Object.keys(data)).toEqual(["DURABLE_POSITIONS.json"]);
        expect(JSON.parse(data["DURABLE_POSITIONS.json"])).toEqual(positionsStream("dublin"));
    });

    it("runs every minute, one at a time, ends before the next run, and keeps its failures to look at", async () => {
        const { metadata, spec } = (await record(() => new DurablePositions("positions", args))).one(cronJob).inputs;
        expect(metadata).toEqual({
            name: "durable-positions",
            namespace: "atlas-messaging",
            annotations: { "drkit-recovery-contract": "durable-positions" },
        });
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
    });

    it("keeps the contract on positions, a late run included", () => {
        expect(recoveryPoint(cronJobTimes.durablePositions)).toBeLessThanOrEqual(
            fixtureSystem.contracts.durablePositions.limit,
        );
    });

    it("has a pod without rights, which gets all that it needs by variables", async () => {
        const { template } = (await record(() => new DurablePositions("positions", args))).one(cronJob).inputs["spec"]
            .jobTemplate.spec;
        expect(template).toEqual({
            metadata: { labels: { "app.kubernetes.io/name": "durable-positions" } },
            spec: {
                terminationGracePeriodSeconds: 5,
                restartPolicy: "Never",
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                securityContext: {
                    runAsNonRoot: true,
                    runAsUser: 1000,
                    runAsGroup: 1000,
                    seccompProfile: { type: "RuntimeDefault" },
                },
                containers: [
                    {
                        name: "durable-positions",
                        image: "natsio/nats-box:0.19.7",
                        command: scriptCommand(storePositionsScript()),
                        env: [
                            { name: "NATS_URL", value: "nats://nats.atlas-messaging.svc:4222" },
                            { name: "NATS_USER", value: "app" },
                            {
                                name: "NATS_PASSWORD",
                                valueFrom: { secretKeyRef: { name: "nats-auth", key: "APP_PASSWORD" } },
                            },
                            { name: "NATS_TIMEOUT", value: "10s" },
                            { name: "STREAMS", value: "ORDERS audit-log Readings" },
                            { name: "POSITIONS_STREAM", value: "DURABLE_POSITIONS" },
                            { name: "POSITIONS_SUBJECT", value: "drkit.durable-positions" },
                            { name: "POSITIONS_DIR", value: "/etc/durable-positions" },
                            { name: "PART_BYTES", value: "900000" },
                            { name: "MOST_PARTS", value: "30" },
                            { name: "HOME", value: "/tmp" },
                        ],
                        securityContext: {
                            allowPrivilegeEscalation: false,
                            readOnlyRootFilesystem: true,
                            capabilities: { drop: ["ALL"] },
                        },
                        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
                        volumeMounts: [
                            { name: "settings", mountPath: "/etc/durable-positions", readOnly: true },
                            { name: "tmp", mountPath: "/tmp" },
                        ],
                        terminationMessagePolicy: "FallbackToLogsOnError",
                    },
                ],
                volumes: [
                    { name: "settings", configMap: { name: "durable-positions" } },
                    { name: "tmp", emptyDir: {} },
                ],
            },
        });
    });

    it("fails with every mistake before it registers anything", async () => {
        await expect(
            record(() => new DurablePositions("positions", { ...args, jobName: "A", streams: [], cluster: "" })),
        ).rejects.toThrow(
            'DurablePositions "positions":\n' +
                '- jobName: "A" found; allowed are up to 52 lower-case letters, digits and hyphens\n' +
                "- streams: empty; name the streams whose consumers are to go on after a promotion\n" +
                "- streams.DURABLE_POSITIONS.placement.cluster: absent; name the region's cluster",
        );
        expect(validateDurablePositions({ ...args, streams: ["a b", "DURABLE_POSITIONS"] })).toEqual([
            'streams: "a b" is no stream name; allowed are letters, digits, "_" and "-"',
            "streams: DURABLE_POSITIONS is where the positions are kept",
        ]);
    });
});

describe("the stream of the positions", () => {
    it("outlives a server and an outage of any length: three replicas in the standby, limited by count and not by age", () => {
        const stream = positionsStream("dublin");
        expect(stream).toMatchObject({ num_replicas: 3, placement: { cluster: "dublin" }, max_msgs: 60 });
        expect(stream).not.toHaveProperty("max_age");
    });
});
