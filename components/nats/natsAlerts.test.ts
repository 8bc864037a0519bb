import { describe, expect, it } from "vitest";
import { kgents } from "../../infra/profile";
import { natsAlertRules } from "./natsAlerts";

const rulesOf = (role: "primary" | "dr") => natsAlertRules({ profile: kgents, role });
const exprOf = (role: "primary" | "dr", alert: string) => rulesOf(role).find((rule) => rule.alert === alert)?.expr;

const withServers = (natsServers: number) => ({
    ...kgents,
    regions: { ...kgents.regions, dr: { ...kgents.regions.dr, natsServers } },
});

describe("natsAlertRules", () => {
    it("watches servers and streams in both regions, mirrors in the standby", () => {
        expect(rulesOf("primary").map((rule) => rule.alert)).toEqual([
            "NatsServerDown",
            "NatsStreamAbsent_AGENTESE",
            "NatsStreamAbsent_EVENTS",
        ]);
        expect(rulesOf("dr").map((rule) => rule.alert)).toEqual([
            "NatsServerDown",
            "NatsStreamAbsent_AGENTESE_MIRROR",
            "NatsStreamAbsent_EVENTS_MIRROR",
            ...["AGENTESE_MIRROR", "EVENTS_MIRROR"].flatMap((mirror) =>
                ["Silent", "NeverConnected", "Absent", "Behind"].map((what) => `NatsMirror${what}_${mirror}`),
            ),
        ]);
    });

    it.each([
        [
            "three servers where the profile says nothing",
            kgents,
            {},
            "count(nats_varz_mem) < 3 or absent(nats_varz_mem)",
        ],
        ["as many as the profile says", withServers(5), {}, "count(nats_varz_mem) < 5 or absent(nats_varz_mem)"],
        [
            "those of its own region, where one Prometheus sees both",
            kgents,
            { regionLabel: "region" },
            'count(nats_varz_mem{region="usw2"}) < 3 or absent(nats_varz_mem{region="usw2"})',
        ],
    ])("misses a server of %s, and all of them", (_, profile, more, expr) => {
        expect(
            natsAlertRules({ profile, role: "dr", ...more }).find(({ alert }) => alert === "NatsServerDown")?.expr,
        ).toBe(expr);
    });

    it("takes a mirror for dead by when its origin was heard, not by its lag", () => {
        expect(exprOf("dr", "NatsMirrorSilent_AGENTESE_MIRROR")).toBe(
            'max by (stream_name) (nats_stream_mirror_active_duration_ns{stream_name="AGENTESE_MIRROR"}) > 30e9',
        );
    });
});
