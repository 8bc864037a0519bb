import { contracts } from "../infra/contracts";
import { formatDuration, minutes, seconds, type Seconds } from "../infra/duration";
import type { SystemProfile } from "../infra/profile";
import { driftJobName } from "./standbyCanary";
import { canaryPatience, driftPatience } from "./standbyCanaryRules";

/** An alert, with the names that Prometheus gives its parts. */
export interface AlertRule {
    readonly alert: string;
    readonly expr: string;
    /** How long `expr` has to hold, as Prometheus writes it: "60s". */
    readonly for: string;
    /** `severity`: "page" wakes somebody, "ticket" waits for the morning. `contract`: what it guards. */
    readonly labels: { readonly severity: "page" | "ticket"; readonly contract: string };
    readonly annotations: { readonly summary: string; readonly description: string };
}

export interface RuleGroup {
    readonly name: string;
    readonly rules: readonly AlertRule[];
}

/** A CronJob, as kube-state-metrics knows it. */
export interface WatchedCronJob {
    readonly namespace: string;
    readonly name: string;
}

export interface AlertPlan {
    readonly profile: SystemProfile;
    /** Whose cluster watches: the standby its mirrors and canary, the primary its markers. */
    readonly role: "primary" | "dr";
    /** The standby's canary, or the primary's markers. */
    readonly watch: WatchedCronJob;
    /** A mirror that is this many messages behind for three minutes is a backlog. @default 1000 */
    readonly backlogMessages?: number;
    /**
     * The label that tells the regions apart, where one Prometheus sees the NATS servers of both; its values are the regions'
     * short names. @default none: the canary alone compares a mirror with its origin
     */
    readonly regionLabel?: string;
}

/** Silence of a mirror's origin that counts as dead, in seconds: three missed heartbeat checks (10 s each). */
export const mirrorSilence: Seconds = seconds(30);

/** How long a mirror has to be dead before somebody is woken. */
const mirrorPatience: Seconds = minutes(1);

/** What is wrong with the plain values. */
export function validateAlerts(plan: AlertPlan): string[] {
    const backlog = plan.backlogMessages ?? 1;
    return [
        ...(Number.isInteger(backlog) && backlog >= 1 ? [] : [`backlogMessages: ${backlog} found; allowed are whole numbers from 1`]),
        ...(plan.regionLabel === undefined || /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(plan.regionLabel)
            ? []
            : [`regionLabel: "${plan.regionLabel}" found; allowed is the name of a label`]),
        ...[plan.watch.namespace, plan.watch.name]
            .filter((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
            .map((name) => `watch: "${name}" found; allowed are names of a namespace and a CronJob`),
    ];
}

/** All alerts of one region. */
export function alertGroups(plan: AlertPlan): RuleGroup[] {
    return plan.role === "dr"
        ? [
              { name: "nats-servers", rules: [serversMissing(plan)] },
              { name: "nats-mirrors", rules: mirrorRules(plan) },
              { name: "standby", rules: canaryRules(plan.watch) },
          ]
        : [
              { name: "nats-servers", rules: [serversMissing(plan)] },
              { name: "standby", rules: [noSuccess("StandbyMarkersMissing", plan.watch, canaryPatience, "The primary publishes no markers, so the standby is blind.")] },
          ];
}

function serversMissing({ profile }: AlertPlan): AlertRule {
    const { nats } = profile.namespaces;
    return rule(
        "NatsServersMissing",
        `kube_statefulset_status_replicas_ready{namespace="${nats}",statefulset="nats"} < kube_statefulset_replicas{namespace="${nats}",statefulset="nats"}`,
        minutes(5),
        { severity: "page", contract: contracts.serverLossRecovery.id },
        "A NATS server of this region is not ready.",
        "Streams go on with two of three servers; the loss of one more stops their writes.",
    );
}

/**
 * `active` is the time since a mirror last heard of its origin, and -1 if it never did. `lag` is only what the last message
 * said: it stays 0 on a dead link. Only a stream's leader reports either.
 */
function mirrorRules({ profile, backlogMessages = 1000, regionLabel }: AlertPlan): AlertRule[] {
    const mirrors = profile.streams.map((stream) => stream.mirror);
    const active = `max by (stream_name) (nats_stream_mirror_active_duration_ns{stream_name=~"${mirrors.join("|")}"})`;
    const labels = { severity: "page", contract: contracts.mirrorLag.id } as const;
    const lagging = `What is published now is lost with the primary region. The contract allows ${formatDuration(contracts.mirrorLag.limit)}.`;
    return [
        rule("MirrorDead", `${active} > ${mirrorSilence}e9 or ${active} < 0`, mirrorPatience, labels, "Mirror {{ $labels.stream_name }} hears nothing from its origin.", lagging),
        ...mirrors.map((mirror) =>
            rule(
                "MirrorUnseen",
                `absent(nats_stream_mirror_active_duration_ns{stream_name="${mirror}"})`,
                minutes(2),
                labels,
                `Mirror ${mirror} reports nothing.`,
                "It has no leader, is no mirror any more, or is not scraped.",
            ),
        ),
        rule(
            "MirrorBacklog",
            `max by (stream_name) (nats_stream_mirror_lag{stream_name=~"${mirrors.join("|")}"}) > ${backlogMessages}`,
            contracts.mirrorLag.limit,
            labels,
            "Mirror {{ $labels.stream_name }} is {{ $value }} messages behind.",
            lagging,
        ),
        ...(regionLabel === undefined ? [] : profile.streams.map((stream) => divergence(profile, stream, regionLabel))),
    ];
}

function divergence({ regions }: SystemProfile, stream: SystemProfile["streams"][number], label: string): AlertRule {
    const lastSeq = (name: string, region: string) => `max(nats_stream_last_seq{${label}="${region}",stream_name="${name}"})`;
    return rule(
        "MirrorDiverged",
        `${lastSeq(stream.name, regions.primary.short)} - ${lastSeq(stream.mirror, regions.dr.short)} < 0`,
        minutes(1),
        { severity: "page", contract: contracts.natsRpo.id },
        `Mirror ${stream.mirror} is ahead of its origin.`,
        "The origin was made anew or lost its end. The mirror skips what comes now, without an error: make it anew.",
    );
}

function canaryRules(canary: WatchedCronJob): AlertRule[] {
    const drift = { ...canary, name: driftJobName(canary.name) };
    return [
        noSuccess("StandbyCanaryFails", canary, canaryPatience, "The standby could not take over now."),
        notScheduled("StandbyCanaryMissing", canary, canaryPatience),
        noSuccess("StandbyDrift", drift, driftPatience, "The standby runs other images or has other secrets than the primary."),
        notScheduled("StandbyDriftMissing", drift, driftPatience),
    ];
}

/** Failing runs, late runs and no runs alike: what counts is the last success, and that there ever was one. */
function noSuccess(alert: string, job: WatchedCronJob, patience: Seconds, summary: string): AlertRule {
    const last = `kube_cronjob_status_last_successful_time{${selector(job)}}`;
    return rule(
        alert,
        `absent(${last}) or time() - max(${last}) > ${patience}`,
        minutes(1),
        { severity: "page", contract: contracts.configRto.id },
        summary,
        `CronJob ${job.name} has not succeeded for ${formatDuration(patience)}. Its last failed pod says why: kubectl -n ${job.namespace} logs -l app.kubernetes.io/name=${job.name}`,
    );
}

function notScheduled(alert: string, job: WatchedCronJob, patience: Seconds): AlertRule {
    const last = `kube_cronjob_status_last_schedule_time{${selector(job)}}`;
    return rule(
        alert,
        `absent(${last}) or time() - max(${last}) > ${patience}`,
        minutes(2),
        { severity: "page", contract: contracts.configRto.id },
        `CronJob ${job.name} does not run.`,
        "It is suspended or gone, or the cluster's controllers are; or its metrics are not scraped.",
    );
}

function selector({ namespace, name }: WatchedCronJob): string {
    return `namespace="${namespace}",cronjob="${name}"`;
}

function rule(alert: string, expr: string, patience: Seconds, labels: AlertRule["labels"], summary: string, description: string): AlertRule {
    return { alert, expr, for: `${patience}s`, labels, annotations: { summary, description } };
}

/**
 * After how many seconds of silence an alert on a dead mirror wakes somebody: the silence that its expression allows and
 * the time that it has to hold. Undefined if the rule is no such alert for that mirror.
 */
export function mirrorAlarmSeconds(candidate: Pick<AlertRule, "expr"> & { readonly for?: string }, mirror: string): Seconds | undefined {
    const names = /mirror_active_duration_ns\{[^}]*stream_name=~?"([^"]*)"[^}]*\}\)?\s*>\s*([0-9.]+(?:e[0-9]+)?)/.exec(candidate.expr);
    if (!names || !(names[1] ?? "").split("|").includes(mirror)) return undefined;
    return Number(names[2]) / 1e9 + prometheusSeconds(candidate.for ?? "0s");
}

/** Seconds of a duration in Prometheus' notation: "1m30s". NaN for anything else. */
export function prometheusSeconds(text: string): Seconds {
    const sizes: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };
    if (!/^(\d+(ms|[smhd]))+$/.test(text)) return text === "0" ? 0 : NaN;
    return [...text.matchAll(/(\d+)(ms|[smhd])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * (sizes[unit ?? ""] ?? NaN), 0);
}
