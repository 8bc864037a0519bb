import type { Contracts } from "../model/contract";
import type { Seconds } from "../model/duration";
import type { SystemProfile } from "../model/profile";
import { memberSize } from "./natsMember";
import { nearlyFull } from "./serverLimits";

/** An alerting rule, in the form of the Prometheus operator. */
export interface AlertRule {
    readonly alert: string;
    readonly expr: string;
    readonly for: string;
    readonly labels: { readonly severity: "critical" | "warning" };
    /** `runbook_url` leads to what to do; Alertmanager's and Grafana's messages show it. */
    readonly annotations: { readonly summary: string; readonly runbook_url?: string };
}

export interface NatsAlertPlan {
    readonly profile: Pick<SystemProfile, "regions" | "streams"> & { readonly contracts: Pick<Contracts, "mirrorLag"> };
    /** The region whose Prometheus takes the rules: "dr" also watches the mirrors. */
    readonly role: "primary" | "dr";
    /** The label with the regions' short names, where one Prometheus sees the servers of both. @default none, it sees one region's */
    readonly regionLabel?: string;
}

/** A mirror may hear nothing from its origin for this long: three of the server's own checks, and well within the contract on its lag. */
const mirrorSilence: Seconds = 30;

/**
 * The rules of one region. A mirror's `lag` is what its last message said, and stays 0 on a dead link: the time since
 * the origin was heard is the signal, and only a stream's leader reports it, hence `max by`.
 */
export function natsAlertRules({ profile, role, regionLabel }: NatsAlertPlan): AlertRule[] {
    const rule = (
        alert: string,
        expr: string,
        wait: string,
        severity: "critical" | "warning",
        summary: string,
    ): AlertRule => ({
        alert,
        expr,
        for: wait,
        labels: { severity },
        annotations: { summary },
    });
    const region = profile.regions[role];
    const selector = regionLabel === undefined ? "" : `{${regionLabel}="${region.short}"}`;
    const reported = `nats_varz_mem${selector}`;
    /** Part of its file storage that the fullest server uses. A server without JetStream has none. */
    const used = `max(nats_varz_jetstream_stats_storage${selector} / (nats_varz_jetstream_config_max_storage${selector} > 0))`;
    const volumes = [
        rule(
            "NatsVolumeNearlyFull",
            `${used} > ${nearlyFull}`,
            "15m",
            "warning",
            `A NATS server of ${region.name} uses more than ${nearlyFull * 100} % of its file storage`,
        ),
        rule(
            "NatsVolumeFull",
            `${used} >= 1`,
            "0m",
            "critical",
            `A NATS server of ${region.name} is full: its streams store nothing more, and its mirrors stop`,
        ),
    ];
    const servers = rule(
        "NatsServerDown",
        // A count of nothing is no number, so it would not be less than anything.
        `count(${reported}) < ${memberSize(region)} or absent(${reported})`,
        "1m",
        "warning",
        `A NATS server of ${region.name} is away, or nobody scrapes it: one more may stop the writes`,
    );
    const streams =
        role === "primary"
            ? profile.streams.map((stream) => stream.name)
            : profile.streams.map((stream) => stream.mirror);
    const present = streams.map((stream) =>
        rule(
            `NatsStreamAbsent_${stream}`,
            `absent(nats_stream_last_seq{stream_name="${stream}"})`,
            "2m",
            "critical",
            `Stream ${stream} is not reported by any server`,
        ),
    );
    if (role === "primary") return [servers, ...volumes, ...present];
    const mirrors = profile.streams.flatMap(({ mirror }) => {
        const heard = `max by (stream_name) (nats_stream_mirror_active_duration_ns{stream_name="${mirror}"})`;
        return [
            rule(
                `NatsMirrorSilent_${mirror}`,
                `${heard} > ${mirrorSilence}e9`,
                "0m",
                "critical",
                `${mirror} hears nothing from its origin: the RPO is growing`,
            ),
            rule(
                `NatsMirrorNeverConnected_${mirror}`,
                `${heard} < 0`,
                "2m",
                "critical",
                `${mirror} has no connection to its origin: it never had one, or its servers are full`,
            ),
            rule(
                `NatsMirrorAbsent_${mirror}`,
                `absent(nats_stream_mirror_active_duration_ns{stream_name="${mirror}"})`,
                "2m",
                "critical",
                `${mirror} is no mirror: promoted, or never made`,
            ),
            rule(
                `NatsMirrorBehind_${mirror}`,
                `max by (stream_name) (nats_stream_mirror_lag{stream_name="${mirror}"}) > 1000`,
                `${Math.floor(profile.contracts.mirrorLag.limit / 2)}s`,
                "warning",
                `${mirror} is more than 1,000 messages behind`,
            ),
        ];
    });
    return [servers, ...volumes, ...present, ...mirrors];
}
