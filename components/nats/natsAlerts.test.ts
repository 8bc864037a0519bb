import { describe, expect, it } from "vitest";
import type { RegionProfile } from "../model/profile";
import { fixtureSystem } from "../testing/fixtureSystem";
import { natsAlertRules } from "./natsAlerts";

const rulesOf = (role: "primary" | "dr") => natsAlertRules({ profile: fixtureSystem, role });
const exprOf = (role: "primary" | "dr", alert: string) => rulesOf(role).find((rule) => rule.alert === alert)?.expr;

const { primary, dr, witness } = fixtureSystem.regions;
const withRegion = (region: RegionProfile): typeof fixtureSystem => ({
    ...fixtureSystem,
    regions: { primary, dr: region, witness },
});
const withServers = (natsServers: number) => withRegion({ ...dr, natsServers });
const withoutServers = () => {
    const { role, name, short, vpcCidr, natsCluster } = dr;
    return withRegion({ role, name, short, vpcCidr, natsCluster });
};

describe("natsAlertRules", () => {
    it("watches servers and streams in both regions, mirrors in the standby", () => {
        expect(rulesOf("primary").map((rule) => rule.alert)).toEqual([
            "NatsServerDown",
            "NatsVolumeNearlyFull",
            "NatsVolumeFull",
            "NatsStreamAbsent_ORDERS",
            "NatsStreamAbsent_audit-log",
            "NatsStreamAbsent_Readings",
        ]);
        expect(rulesOf("dr").map((rule) => rule.alert)).toEqual([
            "NatsServerDown",
            "NatsVolumeNearlyFull",
            "NatsVolumeFull",
            "NatsStreamAbsent_ORDERS_COPY",
            "NatsStreamAbsent_audit-log-copy",
            "NatsStreamAbsent_Readings_copy",
            ...["ORDERS_COPY", "audit-log-copy", "Readings_copy"].flatMap((mirror) =>
                ["Silent", "NeverConnected", "Absent", "Behind"].map((what) => `NatsMirror${what}_${mirror}`),
            ),
        ]);
    });

    it.each([
        [
            "three servers where the profile says nothing",
            withoutServers(),
            {},
            "count(nats_varz_mem) < 3 or absent(nats_varz_mem)",
        ],
        ["as many as the profile says", withServers(7), {}, "count(nats_varz_mem) < 7 or absent(nats_varz_mem)"],
        [
            "those of its own region, where one Prometheus sees both",
            fixtureSystem,
            { regionLabel: "region" },
            'count(nats_varz_mem{region="euw1"}) < 5 or absent(nats_varz_mem{region="euw1"})',
        ],
    ])("misses a server of %s, and all of them", (_, profile, more, expr) => {
        expect(
            natsAlertRules({ profile, role: "dr", ...more }).find(({ alert }) => alert === "NatsServerDown")?.expr,
        ).toBe(expr);
    });

    it("warns before the fullest server of its region is full, and pages when it is", () => {
        const used = "max(nats_varz_jetstream_stats_storage / (nats_varz_jetstream_config_max_storage > 0))";
        expect([exprOf("dr", "NatsVolumeNearlyFull"), exprOf("dr", "NatsVolumeFull")]).toEqual([
            `${used} > 0.8`,
            `${used} >= 1`,
        ]);
        const rules = natsAlertRules({ profile: fixtureSystem, role: "dr", regionLabel: "region" });
        expect(rules.find(({ alert }) => alert === "NatsVolumeFull")?.expr).toBe(
            'max(nats_varz_jetstream_stats_storage{region="euw1"} / (nats_varz_jetstream_config_max_storage{region="euw1"} > 0)) >= 1',
        );
    });

    it("takes a mirror for dead by when its origin was heard, not by its lag", () => {
        expect(exprOf("dr", "NatsMirrorSilent_ORDERS_COPY")).toBe(
            'max by (stream_name) (nats_stream_mirror_active_duration_ns{stream_name="ORDERS_COPY"}) > 30e9',
        );
    });
});
