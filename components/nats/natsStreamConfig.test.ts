import { describe, expect, it } from "vitest";
import type { StreamProfile } from "../model/profile";
import { fixtureSystem } from "../testing/fixtureSystem";
import { mirrorStream, originStream, parked, withOriginSettings, writable } from "./natsStreamConfig";

const [orders, auditLog, readings] = fixtureSystem.streams as [StreamProfile, StreamProfile, StreamProfile];
const common = { storage: "file", retention: "limits", allow_direct: true, deny_delete: true };

describe("originStream", () => {
    it("takes the region's own subjects and stores them as clients know them", () => {
        expect(originStream(fixtureSystem, orders)).toEqual({
            ...common,
            name: "ORDERS",
            num_replicas: 5,
            placement: { cluster: "frankfurt" },
            subjects: ["euc1.shop.orders.>"],
            subject_transform: { src: "euc1.shop.orders.>", dest: "shop.orders.>" },
            republish: { src: "shop.orders.>", dest: "shop.orders.>" },
            duplicate_window: 600_000_000_000,
        });
    });

    it("names the word of a wildcard by its number where a message goes: the server takes no star there", () => {
        expect(originStream(fixtureSystem, { ...readings, subject: "telemetry.v1.readings.*" })).toEqual({
            ...common,
            name: "Readings",
            num_replicas: 3,
            placement: { cluster: "frankfurt" },
            subjects: ["euc1.telemetry.v1.readings.*"],
            subject_transform: {
                src: "euc1.telemetry.v1.readings.*",
                dest: "telemetry.v1.readings.{{wildcard(1)}}",
            },
            republish: { src: "telemetry.v1.readings.*", dest: "telemetry.v1.readings.{{wildcard(1)}}" },
            duplicate_window: 600_000_000_000,
        });
    });

    it("leaves out the republish where no core subscriber needs it", () => {
        expect(originStream(fixtureSystem, { ...orders, republish: false })).not.toHaveProperty("republish");
    });
});

describe("mirrorStream", () => {
    it("has the roadmap's limit, a place in the standby, and nothing that a mirror refuses", () => {
        expect(mirrorStream(fixtureSystem, auditLog)).toEqual({
            ...common,
            name: "audit-log-copy",
            num_replicas: 3,
            placement: { cluster: "dublin" },
            max_msgs: 500_000,
            mirror: { name: "audit-log" },
            mirror_direct: true,
        });
    });

    it("has no limit where the roadmap sets none", () => {
        expect(mirrorStream(fixtureSystem, orders)).not.toHaveProperty("max_msgs");
    });
});

describe("a stream that is parked or takes writes", () => {
    const region = fixtureSystem.regions.primary;
    const minutes = (count: number) => count * 60_000_000_000;
    const origin = originStream(fixtureSystem, orders);

    it.each<[string, Partial<typeof origin>, number]>([
        ["keeps a window of its own", { duplicate_window: minutes(2) }, minutes(2)],
        ["gets ten minutes where it has none", { duplicate_window: 0 }, minutes(10)],
        [
            "gets no window above the age of its messages, which the server refuses",
            { duplicate_window: 0, max_age: minutes(5) },
            minutes(5),
        ],
        ["keeps its window below that age", { duplicate_window: minutes(2), max_age: minutes(5) }, minutes(2)],
    ])("%s", (_what, found, expected) => {
        for (const change of [parked, writable])
            expect(change({ ...origin, ...found }, region, orders).duplicate_window).toBe(expected);
    });
});

describe("a promoted mirror", () => {
    const mirror = mirrorStream(fixtureSystem, orders);
    const origin = { ...originStream(fixtureSystem, orders), num_replicas: 5 };

    it("accepts and keeps what its origin accepted and kept, whatever settings it has of that kind", () => {
        const settings = {
            max_age: 1,
            max_msgs_per_subject: 1,
            max_msg_size: 1_024,
            discard: "new",
            compression: "s2",
            allow_msg_ttl: true,
            allow_rollup_hdrs: true,
            allow_atomic: true,
            duplicate_window: 5,
        };
        expect(withOriginSettings(mirror, { ...origin, ...settings })).toEqual({ ...mirror, ...settings });
    });

    it("stays in its own place, with its own name, replicas and protection, and takes no subject from its origin", () => {
        const { name, placement, num_replicas, subjects, subject_transform, deny_delete } = withOriginSettings(
            mirror,
            origin,
        );
        expect({ name, placement, num_replicas, deny_delete }).toEqual({
            name: mirror.name,
            placement: mirror.placement,
            num_replicas: mirror.num_replicas,
            deny_delete: true,
        });
        expect([subjects, subject_transform]).toEqual([undefined, undefined]);
    });
});
