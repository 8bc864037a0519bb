import type { Contracts } from "../model/contract";
import type { SystemProfile } from "../model/profile";
import { canaryPatience, driftJobName, driftPatience } from "./standbyCanaryRules";

/** A panel: what it shows, and where that turns red. */
interface Graph {
    readonly title: string;
    readonly unit: "s" | "short";
    readonly queries: readonly { readonly expr: string; readonly legend: string }[];
    readonly red?: number;
}

export interface DashboardPlan {
    readonly profile: Pick<SystemProfile, "name" | "namespaces" | "streams"> & {
        readonly contracts: Pick<Contracts, "mirrorLag" | "secretRefresh">;
    };
    /** Name of the standby's canary CronJob. */
    readonly canary: string;
    /** Name of the primary's marker CronJob. */
    readonly markers: string;
}

/** The graphs. The same in both regions: what a region does not have stays empty there. */
export function dashboardGraphs({ profile, canary, markers }: DashboardPlan): Graph[] {
    const mirrors = profile.streams.map((stream) => stream.mirror).join("|");
    const streams = profile.streams.flatMap((stream) => [stream.name, stream.mirror]).join("|");
    const sinceSuccess = (job: string) =>
        `time() - max by (cronjob) (kube_cronjob_status_last_successful_time{cronjob="${job}"})`;
    return [
        {
            title: "Time since a mirror heard of its origin (-1: never)",
            unit: "s",
            queries: [
                {
                    expr: `max by (stream_name) (nats_stream_mirror_active_duration_ns{stream_name=~"${mirrors}"}) / 1e9`,
                    legend: "{{stream_name}}",
                },
            ],
            red: profile.contracts.mirrorLag.limit,
        },
        {
            title: "Messages behind, when it last heard",
            unit: "short",
            queries: [
                {
                    expr: `max by (stream_name) (nats_stream_mirror_lag{stream_name=~"${mirrors}"})`,
                    legend: "{{stream_name}}",
                },
            ],
        },
        {
            title: "Messages a second",
            unit: "short",
            queries: [
                {
                    expr: `max by (stream_name) (rate(nats_stream_last_seq{stream_name=~"${streams}"}[5m]))`,
                    legend: "{{stream_name}}",
                },
            ],
        },
        {
            title: "Time since the canary was content",
            unit: "s",
            queries: [
                { expr: sinceSuccess(canary), legend: "{{cronjob}}" },
                { expr: sinceSuccess(markers), legend: "{{cronjob}}" },
            ],
            red: canaryPatience,
        },
        {
            title: "Time since both regions were alike",
            unit: "s",
            queries: [{ expr: sinceSuccess(driftJobName(canary)), legend: "{{cronjob}}" }],
            red: driftPatience(profile.contracts),
        },
        {
            title: "NATS servers ready",
            unit: "short",
            queries: [
                {
                    expr: `kube_statefulset_status_replicas_ready{namespace="${profile.namespaces.nats}",statefulset="nats"}`,
                    legend: "ready",
                },
                {
                    expr: `kube_statefulset_replicas{namespace="${profile.namespaces.nats}",statefulset="nats"}`,
                    legend: "wanted",
                },
            ],
        },
    ];
}

/** The dashboard as Grafana imports it: two graphs a row, a choice of the data source, nothing that a region decides. */
export function standbyDashboard(plan: DashboardPlan): Record<string, unknown> {
    const width = 12;
    const height = 8;
    const datasource = { type: "prometheus", uid: "${datasource}" };
    return {
        uid: "drkit",
        title: `${plan.profile.name}: disaster recovery`,
        tags: [plan.profile.name, "disaster-recovery"],
        schemaVersion: 39,
        editable: false,
        refresh: "1m",
        time: { from: "now-6h", to: "now" },
        templating: { list: [{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus" }] },
        panels: dashboardGraphs(plan).map(({ title, unit, queries, red }, index) => ({
            id: index + 1,
            type: "timeseries",
            title,
            datasource,
            gridPos: { x: (index % 2) * width, y: Math.floor(index / 2) * height, w: width, h: height },
            fieldConfig: {
                defaults: {
                    unit,
                    ...(red !== undefined && {
                        custom: { thresholdsStyle: { mode: "line" } },
                        thresholds: {
                            mode: "absolute",
                            steps: [
                                { color: "green", value: null },
                                { color: "red", value: red },
                            ],
                        },
                    }),
                },
                overrides: [],
            },
            targets: queries.map(({ expr, legend }, query) => ({
                refId: String.fromCharCode(65 + query),
                datasource,
                expr,
                legendFormat: legend,
            })),
        })),
    };
}
