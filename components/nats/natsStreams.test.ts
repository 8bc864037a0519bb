import { describe, expect, it } from "vitest";
import { scriptCommand } from "../cluster/scriptCommand";
import { fixtureSystem } from "../testing/fixtureSystem";
import { mirrorStream, originStream, type StreamConfig } from "./natsStreamConfig";
import { validateStreams } from "./natsStreamRules";
import { createStreamsScript, NatsStreams } from "./natsStreams";
import { record } from "../testing/record";

const streams = fixtureSystem.streams.map((stream) => originStream(fixtureSystem, stream));
const [first] = streams as [StreamConfig];
const args = {
    namespace: "atlas-messaging",
    jobName: "nats-streams",
    streams,
    url: "nats://nats.atlas-messaging.svc:4222",
    authSecret: "nats-auth",
};

describe("NatsStreams", () => {
    it("makes a Job and its settings, and no stream as a resource", async () => {
        const recording = await record(() => new NatsStreams("streams", args));
        expect(recording.children).toEqual([
            "drkit:index:NatsStreams streams",
            "kubernetes:batch/v1:Job streams-job",
            "kubernetes:core/v1:ConfigMap streams-settings",
        ]);
        const { data, metadata } = recording.one("kubernetes:core/v1:ConfigMap").inputs;
        expect(metadata).toEqual({ name: "nats-streams", namespace: "atlas-messaging" });
        expect(Object.keys(data)).toEqual(["ORDERS.json", "Readings.json", "audit-log.json"]);
        expect(JSON.parse(data["ORDERS.json"])).toEqual(first);
    });

    it("gives the script its address, its password and its files by variables", async () => {
        const recording = await record(() => new NatsStreams("streams", args));
        const { spec } = recording.one("kubernetes:batch/v1:Job").inputs;
        const [container] = spec.template.spec.containers;
        expect(container.image).toBe("natsio/nats-box:0.19.7");
        expect(container.command).toEqual(scriptCommand(createStreamsScript()));
        expect(container.env).toEqual([
            { name: "NATS_URL", value: "nats://nats.atlas-messaging.svc:4222" },
            { name: "NATS_USER", value: "app" },
            { name: "NATS_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "APP_PASSWORD" } } },
            { name: "STREAMS", value: "ORDERS audit-log Readings" },
            { name: "STREAMS_DIR", value: "/etc/nats-streams" },
            { name: "DEADLINE_SECONDS", value: "300" },
            { name: "HOME", value: "/tmp" },
        ]);
    });

    it("keeps its Job as it is when the settings of a stream change: a Job cannot be updated", async () => {
        const job = async (list: StreamConfig[]) =>
            (await record(() => new NatsStreams("streams", { ...args, streams: list }))).one("kubernetes:batch/v1:Job")
                .inputs;
        const changed = streams.map((stream) => ({ ...stream, duplicate_window: 1 }));
        expect(await job(changed)).toEqual(await job([...streams]));
    });

    it("fails with every mistake at once", async () => {
        const bad = [{ ...first, num_replicas: 1, placement: { cluster: "" } }, first];
        await expect(record(() => new NatsStreams("streams", { ...args, streams: bad }))).rejects.toThrow(
            "streams:\n" +
                "- streams.ORDERS.placement.cluster: absent; name the region's cluster\n" +
                "- streams.ORDERS.num_replicas: 1 found; allowed are 3 and 5, as fewer do not outlive a server\n" +
                "- streams.ORDERS: named twice",
        );
    });
});

describe("validateStreams", () => {
    it("accepts origins and mirrors of the roadmap", () => {
        expect(
            validateStreams([
                ...streams,
                ...fixtureSystem.streams.map((stream) => mirrorStream(fixtureSystem, stream)),
            ]),
        ).toEqual([]);
    });

    it("refuses an empty list", () => {
        expect(validateStreams([])).toEqual(["streams: empty; name at least one, or leave the component out"]);
    });

    it("refuses a duplicate window on a mirror", () => {
        const mirror = {
            ...mirrorStream(fixtureSystem, fixtureSystem.streams[0] as (typeof fixtureSystem.streams)[number]),
            duplicate_window: 1,
        };
        expect(validateStreams([mirror])).toEqual([
            "streams.ORDERS_COPY.duplicate_window: set on a mirror; the server drops it, so each run would differ",
        ]);
    });
});
