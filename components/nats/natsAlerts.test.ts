import { describe, expect, it } from "vitest";
import { kgents } from "../../infra/profile";
import { NatsAlerts, natsAlertRules, validateNatsAlerts } from "./natsAlerts";
import { record } from "../testing/record";

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

describe("validateNatsAlerts", () => {
    it("keeps the mirrors' contract", () => {
        expect(validateNatsAlerts({})).toEqual([]);
        expect(validateNatsAlerts({ mirrorSilenceSeconds: 300 })).toEqual([
            "mirrorSilenceSeconds: 300 found; allowed are 10 (the server looks every 10 s) to 180 (mirror lag under load)",
        ]);
    });
});

describe("NatsAlerts", () => {
    it("makes one set of rules", async () => {
        const recording = await record(
            () => new NatsAlerts("alerts", { namespace: "kgents-agents", profile: kgents, role: "dr", labels: { release: "prometheus" } }),
        );
        expect(recording.children).toEqual([
            "kgents:nats:NatsAlerts alerts",
            "kubernetes:monitoring.coreos.com/v1:PrometheusRule alerts-rules",
        ]);
        expect(recording.one("kubernetes:monitoring.coreos.com/v1:PrometheusRule").inputs).toMatchObject({
            metadata: { name: "nats", namespace: "kgents-agents", labels: { release: "prometheus" } },
            spec: { groups: [{ name: "nats", rules: rulesOf("dr") }] },
        });
    });
});
