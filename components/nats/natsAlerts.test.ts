import { describe, expect, it } from "vitest";
import { kgents } from "../../infra/profile";
import { natsAlertRules } from "./natsAlerts";

const rulesOf = (role: "primary" | "dr") => natsAlertRules({ profile: kgents, role });
const exprOf = (role: "primary" | "dr", alert: string) => rulesOf(role).find((rule) => rule.alert === alert)?.expr;

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

    it("takes a mirror for dead by when its origin was heard, not by its lag", () => {
        expect(exprOf("dr", "NatsMirrorSilent_AGENTESE_MIRROR")).toBe(
            'max by (stream_name) (nats_stream_mirror_active_duration_ns{stream_name="AGENTESE_MIRROR"}) > 30e9',
        );
    });
});
