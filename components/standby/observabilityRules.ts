import type { Contracts } from "../model/contract";
import { formatDuration, minutes, type Seconds } from "../model/duration";
import type { StreamProfile, SystemProfile } from "../model/profile";
import { natsAlertRules, type AlertRule, type NatsAlertPlan } from "../nats/natsAlerts";
import { metaWatchPatience } from "../nats/metaWatchRules";
import {
    canaryPatience,
    certificatePatience,
    certificatesJobName,
    driftJobName,
    driftPatience,
} from "./standbyCanaryRules";

export interface RuleGroup {
    readonly name: string;
    readonly rules: readonly AlertRule[];
}

/** A CronJob, as kube-state-metrics knows it. */
export interface WatchedCronJob {
    readonly namespace: string;
    readonly name: string;
}

/** A Kubernetes Deployment that an alert is about. */
export type WatchedDeployment = WatchedCronJob;

export interface AlertPlan {
    readonly profile: NatsAlertPlan["profile"] & {
        readonly contracts: Pick<Contracts, "secretRefresh" | "durablePositions">;
    };
    /** Whose cluster watches: the standby its mirrors and canary, the primary its markers. */
    readonly role: "primary" | "dr";
    /** The standby's canary, or the primary's markers. */
    readonly watch: WatchedCronJob;
    /** What keeps the durables' positions in the standby. @default none, nothing watches it */
    readonly positions?: WatchedCronJob;
    /** What holds the lease of a failback in the standby. @default none, nothing watches it */
    readonly failbackLease?: WatchedDeployment;
    /** What asks in this region whether the meta group is whole. @default none, nothing watches it */
    readonly metaWatch?: WatchedCronJob;
    /**
     * The label that tells the regions apart, where one Prometheus sees the NATS servers of both; its values are the regions'
     * short names. @default none: the canary alone compares a mirror with its origin
     */
    readonly regionLabel?: string;
    /** Where people read what an alert means and what to do. @default `alertsPage`, a path in this repository */
    readonly alertsUrl?: string;
}

/** The page that has a line for each alert, with an anchor of the alert's name. */
export const alertsPage = "docs/alerts.md";

/** The alert's name without the stream that it is about: its line on that page. */
export function alertFamily(alert: string): string {
    return alert.replace(/_.*$/, "");
}

/** What is wrong with the plain values. */
export function validateAlerts(plan: AlertPlan): string[] {
    return [
        ...(plan.regionLabel === undefined || /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(plan.regionLabel)
            ? []
            : [`regionLabel: "${plan.regionLabel}" found; allowed is the name of a label`]),
        ...(["watch", "positions", "failbackLease", "metaWatch"] as const).flatMap((key) =>
            Object.values(plan[key] ?? {})
                .filter((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
                .map((name) => `${key}: "${name}" found; allowed are names of a namespace and a CronJob or Deployment`),
        ),
    ];
}

/** All alerts of one region. */
export function alertGroups(plan: AlertPlan): RuleGroup[] {
    const { profile, role, watch, positions, failbackLease, metaWatch, regionLabel } = plan;
    const divergences =
        role === "dr" && regionLabel !== undefined
            ? profile.streams.map((stream) => divergence(profile, stream, regionLabel))
            : [];
    const groups: RuleGroup[] = [
        {
            name: "nats",
            rules: [...natsAlertRules(plan), ...(metaWatch === undefined ? [] : metaRules(metaWatch)), ...divergences],
        },
        {
            name: "standby",
            rules:
                role === "dr"
                    ? [
                          ...canaryRules(watch, profile.contracts),
                          ...(positions === undefined ? [] : positionRules(positions, profile.contracts)),
                          ...(failbackLease === undefined ? [] : [leaseRule(failbackLease)]),
                      ]
                    : [
                          noSuccess(
                              "StandbyMarkersMissing",
                              watch,
                              canaryPatience,
                              "The primary publishes no markers, so the standby is blind",
                          ),
                      ],
        },
    ];
    return groups.map(({ name, rules }) => ({
        name,
        rules: rules.map((one) => withRunbook(one, plan.alertsUrl ?? alertsPage)),
    }));
}

function withRunbook(one: AlertRule, page: string): AlertRule {
    return {
        ...one,
        annotations: { ...one.annotations, runbook_url: `${page}#${alertFamily(one.alert).toLowerCase()}` },
    };
}

/** Nothing else misses the witness. */
function metaRules(metaWatch: WatchedCronJob): AlertRule[] {
    return [
        noSuccess(
            "NatsMetaGroupIncomplete",
            metaWatch,
            metaWatchPatience,
            "The NATS meta group lacks a vote, and with a region lost as well nothing could be promoted",
        ),
        notScheduled("NatsMetaWatchMissing", metaWatch, metaWatchPatience),
    ];
}

function divergence({ regions }: Pick<SystemProfile, "regions">, stream: StreamProfile, label: string): AlertRule {
    const lastSeq = (name: string, region: string) =>
        `max(nats_stream_last_seq{${label}="${region}",stream_name="${name}"})`;
    return rule(
        `NatsMirrorDiverged_${stream.mirror}`,
        `${lastSeq(stream.name, regions.primary.short)} - ${lastSeq(stream.mirror, regions.dr.short)} < 0`,
        minutes(1),
        `${stream.mirror} is ahead of its origin, which was made anew or lost its end: the mirror skips what comes now, without an error; make it anew`,
    );
}

function canaryRules(canary: WatchedCronJob, contracts: Pick<Contracts, "secretRefresh">): AlertRule[] {
    const driftWait = driftPatience(contracts);
    const drift = { ...canary, name: driftJobName(canary.name) };
    const certificates = { ...canary, name: certificatesJobName(canary.name) };
    return [
        noSuccess("StandbyCanaryFails", canary, canaryPatience, "The standby could not take over now"),
        notScheduled("StandbyCanaryMissing", canary, canaryPatience),
        noSuccess(
            "StandbyDrift",
            drift,
            driftWait,
            "The standby runs other images or has other secrets than the primary, or lets writes through",
        ),
        notScheduled("StandbyDriftMissing", drift, driftWait),
        // A month is left: nobody is woken.
        warning(
            noSuccess(
                "GatewayCertificateEnds",
                certificates,
                certificatePatience,
                "The certificate of a NATS gateway ends soon, or no server said when",
            ),
        ),
    ];
}

/** A run succeeds only when it has stored all positions, so the last success is their age. */
function positionRules(
    positions: WatchedCronJob,
    { durablePositions: { limit } }: Pick<Contracts, "durablePositions">,
): AlertRule[] {
    return [
        noSuccess(
            "DurablePositionsOld",
            positions,
            limit,
            "After a promotion consumers would begin at old positions, or at none",
        ),
        notScheduled("DurablePositionsMissing", positions, limit),
    ];
}

/** No failback begins without it, and what a failback left closed would stay closed. */
function leaseRule({ namespace, name }: WatchedDeployment): AlertRule {
    const available = `kube_deployment_status_replicas_available{namespace="${namespace}",deployment="${name}"}`;
    return warning(
        rule(
            "FailbackLeaseDown",
            `absent(${available}) or max(${available}) < 1`,
            minutes(10),
            `Deployment ${name} takes no requests: a failback cannot begin, and one that is under way may leave both regions without writes`,
        ),
    );
}

/** Failing runs, late runs and no runs alike: what counts is the last success, and that there ever was one. */
function noSuccess(alert: string, job: WatchedCronJob, patience: Seconds, summary: string): AlertRule {
    const last = `kube_cronjob_status_last_successful_time{${selector(job)}}`;
    return rule(
        alert,
        `absent(${last}) or time() - max(${last}) > ${patience}`,
        minutes(1),
        `${summary}: CronJob ${job.name} has not succeeded for ${formatDuration(patience)}, and its failed pods say why`,
    );
}

function notScheduled(alert: string, job: WatchedCronJob, patience: Seconds): AlertRule {
    const last = `kube_cronjob_status_last_schedule_time{${selector(job)}}`;
    return rule(
        alert,
        `absent(${last}) or time() - max(${last}) > ${patience}`,
        minutes(2),
        `CronJob ${job.name} does not run: suspended, gone, or its metrics are not scraped`,
    );
}

function warning(one: AlertRule): AlertRule {
    return { ...one, labels: { severity: "warning" } };
}

function selector({ namespace, name }: WatchedCronJob): string {
    return `namespace="${namespace}",cronjob="${name}"`;
}

function rule(alert: string, expr: string, patience: Seconds, summary: string): AlertRule {
    return { alert, expr, for: `${patience}s`, labels: { severity: "critical" }, annotations: { summary } };
}
