import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { Observability, type ObservabilityArgs } from "./observability";
import { natsAlertRules } from "../nats/natsAlerts";
import { dashboardGraphs, standbyDashboard } from "./observabilityDashboard";
import { mirrorAlarmSeconds, prometheusSeconds } from "./observabilityAlarm";
import { alertFamily, alertGroups, alertsPage, validateAlerts, type AlertPlan } from "./observabilityRules";
import { record } from "../testing/record";

const args: ObservabilityArgs = {
    profile: fixtureSystem,
    role: "dr",
    namespace: "atlas-messaging",
    canaryNamespace: "atlas-messaging",
    canary: "standby-canary",
    markers: "standby-marker",
    positions: "durable-positions",
    metaWatch: "meta-watch-euw1",
    prometheusOperator: true,
};
const positions = { namespace: "atlas-messaging", name: "durable-positions" };
const failbackLease = { namespace: "atlas-messaging", name: "failback-lease" };
const metaWatch = { namespace: "atlas-messaging", name: "meta-watch-euw1" };
const dr: AlertPlan = {
    profile: fixtureSystem,
    role: "dr",
    watch: { namespace: "atlas-messaging", name: "standby-canary" },
    positions,
    failbackLease,
    metaWatch,
};
const primary: AlertPlan = {
    profile: fixtureSystem,
    role: "primary",
    watch: { namespace: "atlas-messaging", name: "standby-marker" },
    positions,
    metaWatch,
};
const alerts = (plan: AlertPlan) => alertGroups(plan).flatMap((group) => group.rules);

describe("Observability", () => {
    it("makes a PrometheusRule and a dashboard where there is the operator", async () => {
        const recording = await record(
            () => new Observability("observability", { ...args, ruleLabels: { release: "prometheus" } }),
        );
        expect(recording.children).toEqual([
            "drkit:index:Observability observability",
            "kubernetes:core/v1:ConfigMap observability-dashboard",
            "kubernetes:monitoring.coreos.com/v1:PrometheusRule observability-rules",
        ]);
        const { metadata, spec } = recording.one("kubernetes:monitoring.coreos.com/v1:PrometheusRule").inputs;
        expect(metadata).toEqual({
            name: "drkit-rules",
            namespace: "atlas-messaging",
            labels: { release: "prometheus" },
        });
        expect(spec).toEqual({ groups: alertGroups(dr) });
    });

    it("makes a rules file where there is none, with the same rules", async () => {
        const recording = await record(
            () => new Observability("observability", { ...args, role: "primary", prometheusOperator: false }),
        );
        expect(recording.children).toEqual([
            "drkit:index:Observability observability",
            "kubernetes:core/v1:ConfigMap observability-dashboard",
            "kubernetes:core/v1:ConfigMap observability-rules",
        ]);
        const { data } = recording.one("kubernetes:core/v1:ConfigMap", "observability-rules").inputs;
        expect(JSON.parse(data["drkit.rules.yml"])).toEqual({ groups: alertGroups(primary) });
    });

    it("gives Grafana's side-car the same dashboard in both regions", async () => {
        const dashboard = async (role: "primary" | "dr") =>
            (await record(() => new Observability("observability", { ...args, role }))).one(
                "kubernetes:core/v1:ConfigMap",
            ).inputs;
        expect(await dashboard("primary")).toEqual(await dashboard("dr"));
        expect((await dashboard("dr")).metadata.labels).toEqual({ grafana_dashboard: "1" });
        expect(JSON.parse((await dashboard("dr")).data["drkit.json"])).toEqual(
            JSON.parse(JSON.stringify(standbyDashboard(args))),
        );
    });

    it("fails with every mistake before it registers anything", async () => {
        await expect(
            record(
                () => new Observability("observability", { ...args, canary: "A", positions: "B", regionLabel: "a b" }),
            ),
        ).rejects.toThrow(
            'Observability "observability":\n- regionLabel: "a b" found; allowed is the name of a label\n- watch: "A" found; allowed are names of a namespace and a CronJob or Deployment\n' +
                '- positions: "B" found; allowed are names of a namespace and a CronJob or Deployment',
        );
    });
});

describe("alertGroups", () => {
    it("watch mirrors, canary and the durables' positions in the standby", () => {
        const [nats, standby] = alertGroups(dr);
        expect(nats?.rules.map(({ alert }) => alert)).toEqual([
            ...natsAlertRules(dr).map(({ alert }) => alert),
            "NatsMetaGroupIncomplete",
            "NatsMetaWatchMissing",
        ]);
        expect(standby?.rules.map((rule) => `${rule.alert} ${rule.for} ${rule.expr}`)).toEqual([
            'StandbyCanaryFails 60s absent(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="standby-canary"}) or time() - max(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="standby-canary"}) > 180',
            'StandbyCanaryMissing 120s absent(kube_cronjob_status_last_schedule_time{namespace="atlas-messaging",cronjob="standby-canary"}) or time() - max(kube_cronjob_status_last_schedule_time{namespace="atlas-messaging",cronjob="standby-canary"}) > 180',
            'StandbyDrift 60s absent(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="standby-canary-drift"}) or time() - max(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="standby-canary-drift"}) > 900',
            'StandbyDriftMissing 120s absent(kube_cronjob_status_last_schedule_time{namespace="atlas-messaging",cronjob="standby-canary-drift"}) or time() - max(kube_cronjob_status_last_schedule_time{namespace="atlas-messaging",cronjob="standby-canary-drift"}) > 900',
            'GatewayCertificateEnds 60s absent(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="standby-canary-certs"}) or time() - max(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="standby-canary-certs"}) > 10800',
            'DurablePositionsOld 60s absent(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="durable-positions"}) or time() - max(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="durable-positions"}) > 300',
            'DurablePositionsMissing 120s absent(kube_cronjob_status_last_schedule_time{namespace="atlas-messaging",cronjob="durable-positions"}) or time() - max(kube_cronjob_status_last_schedule_time{namespace="atlas-messaging",cronjob="durable-positions"}) > 300',
            'FailbackLeaseDown 600s absent(kube_deployment_status_replicas_available{namespace="atlas-messaging",deployment="failback-lease"}) or max(kube_deployment_status_replicas_available{namespace="atlas-messaging",deployment="failback-lease"}) < 1',
        ]);
    });

    it("watch in the standby what holds the lease of a failback, and wake no one for it", () => {
        const name = "FailbackLeaseDown";
        const of = 'kube_deployment_status_replicas_available{namespace="atlas-messaging",deployment="failback-lease"}';
        expect(alerts(dr).find(({ alert }) => alert === name)).toMatchObject({
            expr: `absent(${of}) or max(${of}) < 1`,
            for: "600s",
            labels: { severity: "warning" },
        });
        expect(alerts({ ...dr, role: "primary" }).some(({ alert }) => alert === name)).toBe(false);
    });

    it("wake nobody for a certificate that ends in a month", () => {
        const severity = (name: string) => alerts(dr).find(({ alert }) => alert === name)?.labels.severity;
        expect([severity("GatewayCertificateEnds"), severity("StandbyDrift")]).toEqual(["warning", "critical"]);
    });

    it("watch the markers in the primary", () => {
        expect(alerts({ ...primary, metaWatch: undefined }).map((rule) => rule.alert)).toEqual([
            ...natsAlertRules(primary).map(({ alert }) => alert),
            "StandbyMarkersMissing",
        ]);
    });

    it.each([dr, primary])("watch the meta group in both regions, once something asks for it: $role", (plan) => {
        expect(
            alerts(plan)
                .filter(({ alert }) => alert.startsWith("NatsMeta"))
                .map((rule) => `${rule.labels.severity} ${rule.for} ${rule.expr}`),
        ).toEqual([
            'critical 60s absent(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="meta-watch-euw1"}) or time() - max(kube_cronjob_status_last_successful_time{namespace="atlas-messaging",cronjob="meta-watch-euw1"}) > 300',
            'critical 120s absent(kube_cronjob_status_last_schedule_time{namespace="atlas-messaging",cronjob="meta-watch-euw1"}) or time() - max(kube_cronjob_status_last_schedule_time{namespace="atlas-messaging",cronjob="meta-watch-euw1"}) > 300',
        ]);
    });

    it("lead each to its line of the page of alerts, in this repository or where the settings say", () => {
        const links = (plan: AlertPlan) =>
            new Map(alerts(plan).map(({ alert, annotations }) => [alert, annotations.runbook_url]));
        expect(links(dr).get("StandbyDrift")).toBe("docs/alerts.md#standbydrift");
        expect(
            links({ ...dr, alertsUrl: "https://git.example/alerts.md" }).get("NatsMirrorSilent_audit-log-copy"),
        ).toBe("https://git.example/alerts.md#natsmirrorsilent");
    });

    it("have a line each in docs/alerts.md, and no line is of an alert that does not exist", () => {
        const page = readFileSync(path.join(__dirname, "../..", alertsPage), "utf8");
        const lines = [...page.matchAll(/^\| <a id="([^"]*)"><\/a>`(\w+?)(_<\w+>)?` \|/gm)].map(
            ([, anchor, family]) => ({ anchor, family }),
        );
        const families = new Set(
            [dr, primary]
                .flatMap((plan) => alerts({ ...plan, regionLabel: "region" }))
                .map(({ alert }) => alertFamily(alert)),
        );
        expect(lines.map(({ family }) => family).sort()).toEqual([...families].sort());
        for (const { anchor, family } of lines) expect(anchor).toBe(family?.toLowerCase());
    });

    it("compare a mirror with its origin only where one Prometheus sees both", () => {
        const rule = alerts({ ...dr, regionLabel: "region" }).find(
            ({ alert }) => alert === "NatsMirrorDiverged_ORDERS_COPY",
        );
        expect(rule?.expr).toBe(
            'max(nats_stream_last_seq{region="euc1",stream_name="ORDERS"}) - max(nats_stream_last_seq{region="euw1",stream_name="ORDERS_COPY"}) < 0',
        );
        expect(alerts(dr).filter(({ alert }) => alert.startsWith("NatsMirrorDiverged"))).toEqual([]);
    });

    it("wake somebody within the contract on a mirror's lag", () => {
        for (const { mirror } of fixtureSystem.streams) {
            const [fastest] = alerts(dr).flatMap((rule) => mirrorAlarmSeconds(rule, mirror) ?? []);
            expect(fastest).toBeLessThanOrEqual(fixtureSystem.contracts.mirrorLag.limit);
        }
    });
});

describe("every expression", () => {
    const faults = (expr: string) => {
        const found: number[] = [];
        parser.parse(expr).iterate({ enter: (node) => void (node.type.isError && found.push(node.from)) });
        return found;
    };

    it.each([
        ...alerts({ ...dr, regionLabel: "region" }).map((rule) => [rule.alert, rule.expr]),
        ...alerts(primary).map((rule) => [rule.alert, rule.expr]),
        ...dashboardGraphs(args).flatMap((graph) => graph.queries.map((query) => [graph.title, query.expr])),
    ])("of %s is PromQL", (_name, expr) => expect(faults(expr ?? "")).toEqual([]));

    it("would not pass with a mistake in it", () => expect(faults("max by (a(x)")).not.toEqual([]));
});

describe("mirrorAlarmSeconds", () => {
    const alarm = (limit: string, stream = '=~"A|B"') => ({
        expr: `max by (stream_name) (nats_stream_mirror_active_duration_ns{stream_name${stream}}) > ${limit}`,
        for: "1m",
    });

    it.each([
        ["silence and patience together", alarm("30e9"), "A", 90],
        ["an exact name", alarm("120000000000", '="A"'), "A", 180],
        ["another mirror", alarm("30e9"), "C", undefined],
        ["another alert", { expr: "up == 0", for: "1m" }, "A", undefined],
        ["no patience", { ...alarm("30e9"), for: undefined }, "B", 30],
    ])("reads %s", (_what, rule, mirror, expected) => expect(mirrorAlarmSeconds(rule, mirror)).toBe(expected));
});

describe("prometheusSeconds", () => {
    it.each([
        ["1m30s", 90],
        ["0s", 0],
        ["500ms", 0.5],
        ["2h", 7_200],
        ["soon", NaN],
    ])("reads %s", (text, expected) => expect(prometheusSeconds(text)).toBe(expected));
});

describe("validateAlerts", () => {
    it("accepts the roadmap's", () => expect([...validateAlerts(dr), ...validateAlerts(primary)]).toEqual([]));
    it("refuses a CronJob's name that breaks out of a selector", () => {
        expect(validateAlerts({ ...dr, watch: { namespace: "a", name: 'x"}' } })).toEqual([
            'watch: "x"}" found; allowed are names of a namespace and a CronJob or Deployment',
        ]);
    });
});
