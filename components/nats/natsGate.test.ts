import { describe, expect, it } from "vitest";
import { NatsGate, natsGateJobs, validateNatsGate, type NatsGateArgs } from "./natsGate";
import { record } from "../testing/record";

const args: NatsGateArgs = {
    namespace: "atlas-messaging",
    jobName: natsGateJobs.witness,
    servers: 6,
    streams: ["ORDERS", "audit-log", "Readings"],
    url: "nats://nats.atlas-messaging.svc:4222",
    authSecret: "nats-auth",
};

describe("NatsGate", () => {
    it("is a Job with both accounts, and an output that is known after it", async () => {
        const recording = await record(() => new NatsGate("gate", args));
        expect(recording.children).toEqual(["drkit:index:NatsGate gate", "kubernetes:batch/v1:Job gate-job"]);
        const { metadata, spec } = recording.one("kubernetes:batch/v1:Job").inputs;
        expect(metadata).toMatchObject({ name: "nats-gate-witness", namespace: "atlas-messaging" });
        expect(metadata.annotations).toEqual({ "pulumi.com/replaceUnready": "true" });
        const [container] = spec.template.spec.containers;
        expect(container.env).toEqual([
            { name: "NATS_URL", value: "nats://nats.atlas-messaging.svc:4222" },
            { name: "SYSTEM_USER", value: "sys" },
            { name: "SYSTEM_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "SYS_PASSWORD" } } },
            { name: "APPLICATION_USER", value: "app" },
            { name: "APPLICATION_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "APP_PASSWORD" } } },
            { name: "EXPECT_SERVERS", value: "6" },
            { name: "STREAMS", value: "ORDERS audit-log Readings" },
            { name: "DEADLINE_SECONDS", value: "600" },
            { name: "HOME", value: "/tmp" },
        ]);
    });

    it("fails with every mistake at once", () => {
        expect(validateNatsGate({ servers: 1, streams: [] })).toEqual([
            "servers: 1 found; allowed are whole numbers from 3",
            "streams: empty; name the streams that must not get lost by the join",
        ]);
    });
});
