import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { scriptCommand } from "../cluster/scriptCommand";
import { record } from "../testing/record";
import { gateFile, NatsGate, natsGateJobs, validateNatsGate, type NatsGateArgs } from "./natsGate";
import { limitTable, plannedServer } from "./serverLimits";
import { obstacleTable } from "./streamPromotability";

const args: NatsGateArgs = {
    profile: fixtureSystem,
    namespace: "atlas-messaging",
    jobName: natsGateJobs.witness,
    servers: 6,
    url: "nats://nats.atlas-messaging.svc:4222",
    authSecret: "nats-auth",
    standbyVolumeGib: 50,
};
const envOf = async (more: Partial<NatsGateArgs>) => {
    const recording = await record(() => new NatsGate("gate", { ...args, ...more }));
    const [container] = recording.one("kubernetes:batch/v1:Job").inputs.spec.template.spec.containers;
    return container.env as { name: string; value?: string; valueFrom?: object }[];
};
const valuesOf = async (more: Partial<NatsGateArgs>) =>
    Object.fromEntries((await envOf(more)).map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));

describe("NatsGate", () => {
    it("is a Job with both accounts, and an output that is known after it", async () => {
        const recording = await record(() => new NatsGate("gate", args));
        expect(recording.children).toEqual(["drkit:index:NatsGate gate", "kubernetes:batch/v1:Job gate-job"]);
        const { metadata, spec } = recording.one("kubernetes:batch/v1:Job").inputs;
        expect(metadata).toMatchObject({ name: "nats-gate-witness", namespace: "atlas-messaging" });
        expect(metadata.annotations).toEqual({ "pulumi.com/replaceUnready": "true" });
        const [container] = spec.template.spec.containers;
        expect(container.command).toEqual(scriptCommand(gateFile("checkMeta.sh")));
        expect(container.env).toEqual([
            { name: "NATS_URL", value: "nats://nats.atlas-messaging.svc:4222" },
            { name: "SYSTEM_USER", value: "sys" },
            { name: "SYSTEM_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "SYS_PASSWORD" } } },
            { name: "APPLICATION_USER", value: "app" },
            { name: "APPLICATION_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "APP_PASSWORD" } } },
            { name: "EXPECT_SERVERS", value: "6" },
            { name: "STREAMS", value: "ORDERS audit-log Readings" },
            { name: "JUDGE", value: gateFile("judge.awk") },
            { name: "OBSTACLES", value: obstacleTable() },
            { name: "LIMITS", value: limitTable() },
            { name: "PRIMARY", value: "frankfurt" },
            { name: "STANDBY", value: "dublin" },
            { name: "PLANNED", value: JSON.stringify(plannedServer(fixtureSystem, 50)) },
            { name: "CLUSTER_SERVERS", value: "5" },
            { name: "ACCOUNTS", value: "$G $SYS APP" },
            { name: "MIRRORS", value: "4" },
            { name: "DEADLINE_SECONDS", value: "600" },
            { name: "HOME", value: "/tmp" },
        ]);
    });

    it("asks the standby's servers themselves once they are there", async () => {
        expect(await valuesOf({ standbyVolumeGib: undefined })).toMatchObject({ PLANNED: "", STANDBY: "dublin" });
    });

    it("asks neither meta group nor servers before the join of a NATS that has no user of ours", async () => {
        const login = { user: "api", secretName: "their-secret", secretKey: "PASSWORD" };
        const values = await valuesOf({ servers: undefined, authSecret: undefined, login });
        expect(values).toMatchObject({
            EXPECT_SERVERS: "",
            SYSTEM_USER: "",
            APPLICATION_USER: "api",
            APPLICATION_PASSWORD: { secretKeyRef: { name: "their-secret", key: "PASSWORD" } },
        });
        expect(values).not.toHaveProperty("SYSTEM_PASSWORD");
        const anonymous = await valuesOf({ servers: undefined, authSecret: undefined });
        expect(anonymous).toMatchObject({ APPLICATION_USER: "" });
        expect(anonymous).not.toHaveProperty("APPLICATION_PASSWORD");
    });

    it("fails with every mistake at once", () => {
        expect(validateNatsGate({ servers: 1, profile: { ...fixtureSystem, streams: [] } })).toEqual([
            "servers: 1 found; allowed are whole numbers from 3",
            "streams: empty; name the streams that must not get lost by the join",
        ]);
    });
});
