import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contracts } from "../../infra/contracts";
import type { SystemProfile } from "../../infra/profile";

/** An alerting rule, in the form of the Prometheus operator. */
export interface AlertRule {
    readonly alert: string;
    readonly expr: string;
    readonly for: string;
    readonly labels: { readonly severity: "critical" | "warning" };
    readonly annotations: { readonly summary: string };
}

export interface NatsAlertsArgs {
    readonly namespace: pulumi.Input<string>;
    readonly profile: SystemProfile;
    /** The region whose Prometheus takes the rules: "dr" also watches the mirrors. */
    readonly role: "primary" | "dr";
    /** Longest time without a sign of life from a mirror's origin, in seconds; at most the mirrors' contract. @default 30 */
    readonly mirrorSilenceSeconds?: number;
    /** Labels by which the operator selects its rules. @default none */
    readonly labels?: Readonly<Record<string, string>>;
}

/** What is wrong with the settings; empty if nothing is. */
export function validateNatsAlerts({ mirrorSilenceSeconds = 30 }: Pick<NatsAlertsArgs, "mirrorSilenceSeconds">): string[] {
    const { limit } = contracts.mirrorLag;
    if (mirrorSilenceSeconds >= 10 && mirrorSilenceSeconds <= limit) return [];
    return [
        `mirrorSilenceSeconds: ${mirrorSilenceSeconds} found; allowed are 10 (the server looks every 10 s) to ${limit} (${contracts.mirrorLag.title})`,
    ];
}

/**
 * The rules of one region. A mirror's `lag` is what its last message said, and stays 0 on a dead link: the time since
 * the origin was heard is the signal, and only a stream's leader reports it, hence `max by`.
 */
export function natsAlertRules({ profile, role, mirrorSilenceSeconds = 30 }: Omit<NatsAlertsArgs, "namespace" | "labels">): AlertRule[] {
    const rule = (alert: string, expr: string, wait: string, severity: "critical" | "warning", summary: string): AlertRule => ({
        alert,
        expr,
        for: wait,
        labels: { severity },
        annotations: { summary },
    });
    const servers = rule(
        "NatsServerDown",
        "count(nats_varz_mem) < 3",
        "1m",
        "warning",
        "A NATS server of this region is away: the next loss stops writes",
    );
    const streams = role === "primary" ? profile.streams.map((stream) => stream.name) : profile.streams.map((stream) => stream.mirror);
    const present = streams.map((stream) =>
        rule(
            `NatsStreamAbsent_${stream}`,
            `absent(nats_stream_last_seq{stream_name="${stream}"})`,
            "2m",
            "critical",
            `Stream ${stream} is not reported by any server`,
        ),
    );
    if (role === "primary") return [servers, ...present];
    const mirrors = profile.streams.flatMap(({ mirror }) => {
        const heard = `max by (stream_name) (nats_stream_mirror_active_duration_ns{stream_name="${mirror}"})`;
        return [
            rule(
                `NatsMirrorSilent_${mirror}`,
                `${heard} > ${mirrorSilenceSeconds}e9`,
                "0m",
                "critical",
                `${mirror} hears nothing from its origin: the RPO is growing`,
            ),
            rule(`NatsMirrorNeverConnected_${mirror}`, `${heard} < 0`, "2m", "critical", `${mirror} never reached its origin`),
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
                `${Math.floor(contracts.mirrorLag.limit / 2)}s`,
                "warning",
                `${mirror} is more than 1,000 messages behind`,
            ),
        ];
    });
    return [servers, ...present, ...mirrors];
}

/**
 * The alerts on a region's NATS. Needs the Prometheus operator's CRDs.
 *
 * ### Cost
 * None beyond Prometheus itself.
 */
export class NatsAlerts extends pulumi.ComponentResource {
    constructor(name: string, args: NatsAlertsArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateNatsAlerts(args);
        if (issues.length > 0) throw new Error(`${name}:\n- ${issues.join("\n- ")}`);
        super("kgents:nats:NatsAlerts", name, {}, opts);
        new kubernetes.apiextensions.CustomResource(
            `${name}-rules`,
            {
                apiVersion: "monitoring.coreos.com/v1",
                kind: "PrometheusRule",
                metadata: { name: "nats", namespace: args.namespace, labels: { ...args.labels } },
                spec: { groups: [{ name: "nats", rules: natsAlertRules(args) }] },
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
