import { beforeAll, describe, expect, it } from "vitest";
import { scriptCommand } from "../components/cluster/scriptCommand";
import {
    cronJobTimes,
    jobTimes,
    veleroTimes,
    waitFor,
    type CronJobTimes,
    type JobTimes,
} from "../components/model/jobTimes";
import { recoveryPoint, widestGap } from "../components/model/cadence";
import { metaWatchPatience } from "../components/nats/metaWatchRules";
import {
    canaryInterval,
    canaryPatience,
    certificatePatience,
    driftPatience,
} from "../components/standby/standbyCanaryRules";
import { natsPatchJobs } from "../components/nats/natsPatch";
import { podSecurityIssues } from "../components/testing/podSecurity";
import { natsChartPod } from "../components/testing/natsChartPod";
import type { RecordedResource, Recording } from "../components/testing/record";
import { kgents } from "../infra/kgents";
import { alarmAge } from "./parts/backupCadence";
import { buildWarmStandby } from "./testing/warmStandby";

const cronJob = "kubernetes:batch/v1:CronJob";
const job = "kubernetes:batch/v1:Job";

/** The entry of the table for each object that the program deploys, by its name in the cluster. */
const cronJobs: Readonly<Record<string, CronJobTimes>> = {
    "nats-backup": cronJobTimes.natsBackup,
    "nats-restore": cronJobTimes.natsRestore,
    "nats-restore-own": cronJobTimes.natsRestore,
    "durable-positions": cronJobTimes.durablePositions,
    "meta-watch-use1": cronJobTimes.metaWatch,
    "meta-watch-usw2": cronJobTimes.metaWatch,
    "standby-marker": cronJobTimes.standbyMarker,
    "standby-canary": cronJobTimes.standbyCanary,
    "standby-canary-drift": cronJobTimes.standbyDrift,
    "standby-canary-certs": cronJobTimes.gatewayCertificates,
};
const jobs: Readonly<Record<string, JobTimes>> = {
    "nats-streams": jobTimes.natsStreams,
    "nats-mirrors": jobTimes.natsStreams,
    "nats-gate-streams": jobTimes.natsGate,
    "nats-gate-witness": jobTimes.natsGate,
    "nats-gate-standby": jobTimes.natsGate,
    "nats-join": jobTimes.natsJoinBackup,
};

const nameOf = ({ inputs }: RecordedResource): string => inputs["metadata"].name;

/** What a run has of the table. */
function runTimes({ activeDeadlineSeconds, backoffLimit, template }: any): Partial<JobTimes> {
    return {
        deadline: activeDeadlineSeconds,
        retries: backoffLimit,
        gracePeriod: template.spec.terminationGracePeriodSeconds,
    };
}
const pick = ({ deadline, retries, gracePeriod }: JobTimes) => ({ deadline, retries, gracePeriod });

describe("every Job and CronJob of the whole program", () => {
    let recordings: readonly Recording[];
    let resources: readonly RecordedResource[];
    const of = (type: string) => resources.filter((resource) => resource.type === type);
    const podsOf = () => [
        ...of(cronJob).map((one) => ({ name: nameOf(one), template: one.inputs["spec"].jobTemplate.spec.template })),
        ...[...of(job), ...of("kubernetes:apps/v1:Deployment")].map((one) => ({
            name: nameOf(one),
            template: one.inputs["spec"].template,
        })),
    ];

    beforeAll(async () => {
        // One after the other: the mocks of the runtime are one for the process.
        recordings = [(await buildWarmStandby("primary")).recording, (await buildWarmStandby("dr")).recording];
        resources = recordings.flatMap((recording) => recording.resources);
    });

    it("has its times, limits and concurrency from the table", () => {
        expect([...new Set(of(cronJob).map(nameOf))].sort()).toEqual(Object.keys(cronJobs).sort());
        for (const one of of(cronJob)) {
            const { spec } = one.inputs;
            const times = cronJobs[nameOf(one)]!;
            expect(
                {
                    schedule: spec.schedule,
                    timeZone: spec.timeZone,
                    concurrencyPolicy: spec.concurrencyPolicy,
                    startingDeadline: spec.startingDeadlineSeconds,
                    keptSuccesses: spec.successfulJobsHistoryLimit,
                    keptFailures: spec.failedJobsHistoryLimit,
                    ...runTimes(spec.jobTemplate.spec),
                },
                nameOf(one),
            ).toEqual({ ...times, timeZone: "Etc/UTC", concurrencyPolicy: "Forbid" });
        }
    });

    it("has, as a Job, its times from the table too, and an engine that waits until it has ended", () => {
        expect([...new Set(of(job).map(nameOf))].sort()).toEqual(Object.keys(jobs).sort());
        for (const recording of recordings)
            for (const one of recording.resources.filter(({ type }) => type === job)) {
                const times = jobs[nameOf(one)]!;
                expect(runTimes(one.inputs["spec"]), nameOf(one)).toEqual(pick(times));
                const { createTimeout } = recording.options(job, one.name);
                expect(createTimeout, nameOf(one)).toBe(`${waitFor(times)}s`);
                expect(waitFor(times)).toBeGreaterThan(times.deadline + times.gracePeriod);
            }
    });

    it("has its times from the table where an operator applies it", () => {
        const patch = natsPatchJobs({
            profile: kgents,
            namespace: "theirs",
            tlsSecret: "tls",
            authSecret: "auth",
            url: "nats://nats:4222",
            access: { url: "nats://nats:4222" },
            found: { deployedBy: "chart", statefulSet: "nats", container: "nats", accounts: "config" },
        } as unknown as Parameters<typeof natsPatchJobs>[0]);
        for (const one of Object.values(patch)) {
            expect(runTimes(one.spec)).toEqual(pick(jobTimes.natsPatch));
            expect(podSecurityIssues("restricted", (one.spec as any).template.spec)).toEqual([]);
        }
    });

    it("has Velero's schedules from the table", () => {
        const schedules = of("kubernetes:velero.io/v1:Schedule").map(({ inputs }) => [
            inputs["metadata"].name,
            {
                schedule: inputs["spec"].schedule,
                deadline: Number.parseInt(inputs["spec"].template.itemOperationTimeout),
            },
        ]);
        expect(Object.fromEntries(schedules)).toEqual({
            "daily-cluster-backup": veleroTimes.dailyBackup,
            "config-backup": veleroTimes.configBackup,
        });
    });

    it("is watched by alerts that wait longer than for one run that was missed and the next one in full", () => {
        const { contracts } = kgents;
        const waits: readonly (readonly [CronJobTimes, number])[] = [
            [cronJobTimes.standbyMarker, canaryPatience],
            [cronJobTimes.standbyCanary, canaryPatience],
            [cronJobTimes.standbyDrift, driftPatience(contracts)],
            [cronJobTimes.gatewayCertificates, certificatePatience],
            [cronJobTimes.metaWatch, metaWatchPatience],
            [cronJobTimes.durablePositions, contracts.durablePositions.limit],
            [cronJobTimes.natsBackup, alarmAge(cronJobTimes.natsBackup)],
        ];
        for (const [times, patience] of waits) expect(patience).toBeGreaterThanOrEqual(recoveryPoint(times));
        expect(canaryInterval).toBe(widestGap(cronJobTimes.standbyCanary.schedule));
    });

    it("makes pods that keep Pod Security's level restricted", () => {
        const issues = podsOf().flatMap(({ name, template }) =>
            podSecurityIssues("restricted", template.spec, template.metadata.annotations).map(
                (one) => `${name}: ${one}`,
            ),
        );
        expect(issues).toEqual([]);
        for (const release of of("kubernetes:helm.sh/v3:Release").filter(({ inputs }) => inputs["chart"] === "nats"))
            expect(podSecurityIssues("restricted", natsChartPod(release.inputs["values"]))).toEqual([]);
    });

    it("runs its scripts so that SIGTERM ends them", () => {
        for (const { name, template } of podsOf())
            for (const container of [...(template.spec.initContainers ?? []), ...template.spec.containers])
                expect(container.command, name).toEqual(scriptCommand(container.command.at(-1)));
    });

    it("never runs two backups, or two restores, of a namespace at the same time, whoever starts them", () => {
        const exclusive = (name: string) =>
            podsOf()
                .filter((pod) => pod.name === name)
                .map(({ template: { metadata, spec } }) => {
                    const [term] = spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
                    expect(metadata.labels).toMatchObject(term.labelSelector.matchLabels);
                    expect(term.topologyKey).toBe("kubernetes.io/os");
                    return Object.values(term.labelSelector.matchLabels)[0];
                });
        expect(exclusive("nats-backup")).toEqual(["nats-backup", "nats-backup"]);
        // Into the same folder of the same bucket.
        expect(exclusive("nats-join")).toEqual(["nats-backup"]);
        expect(exclusive("nats-restore")).toEqual(["nats-restore", "nats-restore"]);
        expect(exclusive("nats-restore-own")).toEqual(["nats-restore"]);
    });

    it("labels the namespaces that it makes with what their pods can bear", () => {
        const levels = of("kubernetes:core/v1:Namespace").map(({ inputs: { metadata } }) => {
            const label = (mode: string) => metadata.labels[`pod-security.kubernetes.io/${mode}`];
            return `${metadata.name}: ${label("enforce")}, warns of ${label("warn")}`;
        });
        expect([...new Set(levels)].sort()).toEqual([
            "argocd: restricted, warns of restricted",
            "external-secrets: restricted, warns of restricted",
            "kgents-agents: baseline, warns of restricted",
            "kgents-triad: baseline, warns of restricted",
            "velero: privileged, warns of privileged",
        ]);
    });

    it("labels no namespace of an adopted cluster: that one is the user's", async () => {
        const network = {
            routeTableIds: ["rtb-0a"],
            privateSubnetIds: ["subnet-0a", "subnet-0b"],
            publicSubnetIds: ["subnet-1a", "subnet-1b"],
        };
        const { recording } = await buildWarmStandby("dr", { cluster: { mode: "adopt", name: "theirs" }, network });
        const made = recording.resources.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
        expect(made.map(nameOf).sort()).toEqual(["argocd", "external-secrets", "velero"]);
    });
});
