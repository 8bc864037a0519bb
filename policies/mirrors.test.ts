import * as kubernetes from "@pulumi/kubernetes";
import { expect, it } from "vitest";
import { mirrorStream, originStream, type StreamConfig } from "../components/nats/natsStreamConfig";
import { alertGroups } from "../components/standby/observabilityRules";
import type { StreamProfile } from "../components/model/profile";
import { kgents } from "../infra/kgents";
import { describePolicy, kubernetesProvider } from "./testing/harness";
import { alertsFile, memberValues, release, storedPositions, streamSettings } from "./testing/natsPrograms";

const mirrors = kgents.streams.map((stream) => mirrorStream(kgents, stream));
const [agentese, events] = mirrors as [StreamConfig, StreamConfig];
const lost = "Contract nats-rpo: NATS messages lost, by mirror.";
const operations = ["preview", "up"] as const;

/** The standby as it should be, but for its streams and how it watches them. */
function standby(streams: readonly StreamConfig[], watch: (cluster: kubernetes.Provider) => void = alertsFile): void {
    const cluster = kubernetesProvider();
    release("nats", memberValues("dr"), cluster);
    streamSettings("nats-mirrors", streams, cluster);
    watch(cluster);
    storedPositions(cluster);
}

describePolicy("mirror-per-stream", (judge) => {
    it.each(operations)(
        "stops a standby without a mirror, or with one of something else, in a %s",
        async (operation) => {
            const judgement = await judge({
                operation,
                program: () => standby([{ ...agentese, mirror: { name: "OTHER" } }]),
            });
            expect(judgement.messages).toEqual([
                `stream EVENTS has no mirror in the standby: none is called EVENTS_MIRROR among AGENTESE_MIRROR; declare it. ${lost}`,
                `streams.AGENTESE_MIRROR.mirror: "OTHER" found; allowed is "AGENTESE". ${lost}`,
            ]);
            expect(judgement.policies).toEqual(["mirror-per-stream"]);
            expect(judgement.exitCode).not.toBe(0);
        },
    );

    it("stops a mirror without placement, with one elsewhere, and with fewer than three replicas", async () => {
        const judgement = await judge({
            program: () =>
                standby([
                    { ...agentese, placement: undefined } as unknown as StreamConfig,
                    { ...events, placement: { cluster: "nats" }, num_replicas: 1 },
                ]),
        });
        expect(judgement.messages).toEqual([
            `streams.AGENTESE_MIRROR.placement.cluster: absent; name the region's cluster. ${lost}`,
            `streams.EVENTS_MIRROR.num_replicas: 1 found; allowed are 3 and 5, as fewer do not outlive a server. ${lost}`,
            `streams.EVENTS_MIRROR.placement.cluster: "nats" found; allowed is "usw2", the cluster of dr, whose stack makes it. ${lost}`,
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops an origin without placement", async () => {
        const origins = kgents.streams.map((stream: StreamProfile) => ({
            ...originStream(kgents, stream),
            placement: { cluster: "" },
        }));
        const judgement = await judge({
            stack: "primary",
            program: () => streamSettings("nats-streams", origins, kubernetesProvider()),
        });
        expect(judgement.messages).toHaveLength(2);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("lets the roadmap's mirrors pass", async () => {
        expect(await judge({ program: () => standby(mirrors) })).toMatchObject({ exitCode: 0, policies: [] });
    });
});

describePolicy("mirror-lag-alarm", (judge) => {
    it.each(operations)("stops mirrors that nobody watches, in a %s", async (operation) => {
        const judgement = await judge({ operation, program: () => standby(mirrors, () => undefined) });
        const issue =
            "has no alert on nats_stream_mirror_active_duration_ns, so that nobody learns that it stopped: add one; allowed are 3 min (contract mirror-lag).";
        expect(judgement.messages).toEqual([`mirror AGENTESE_MIRROR ${issue}`, `mirror EVENTS_MIRROR ${issue}`]);
        expect(judgement.policies).toEqual(["mirror-lag-alarm"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops an alert that waits longer than the contract, and a canary that does", async () => {
        const judgement = await judge({
            program: () =>
                standby(mirrors, (provider) => {
                    alertsFile(provider, (text) => text.replace(/> 30e9","for":"0m"/g, '> 30e9","for":"5m"'));
                    canary(provider, "600");
                }),
        });
        const waits = "wakes somebody after 330 s of silence and waiting; allowed are 3 min (contract mirror-lag).";
        expect(judgement.messages).toEqual([
            'canary "canary" lets a marker be 10 min old; allowed are 3 min (contract mirror-lag): lower MAX_AGE_SECONDS.',
            `mirror AGENTESE_MIRROR ${waits}`,
            `mirror EVENTS_MIRROR ${waits}`,
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("is content with a PrometheusRule too", async () => {
        const judgement = await judge({
            program: () =>
                standby(mirrors, (provider) => {
                    const repositoryOpts = { repo: "https://prometheus-community.github.io/helm-charts" };
                    const chart = { chart: "prometheus-operator-crds", version: "24.0.0", repositoryOpts };
                    const definitions = new kubernetes.helm.v3.Release(
                        "definitions",
                        { name: "definitions", namespace: "default", ...chart },
                        { provider },
                    );
                    const groups = alertGroups({
                        profile: kgents,
                        role: "dr",
                        watch: { namespace: "default", name: "standby-canary" },
                    });
                    new kubernetes.apiextensions.CustomResource(
                        "rules",
                        {
                            apiVersion: "monitoring.coreos.com/v1",
                            kind: "PrometheusRule",
                            metadata: { name: "rules", namespace: "default" },
                            spec: { groups },
                        },
                        { provider, dependsOn: [definitions] },
                    );
                    canary(provider, "180");
                }),
        });
        expect(judgement).toMatchObject({ exitCode: 0, policies: [] });
    });
});

function canary(provider: kubernetes.Provider, age: string): void {
    const containers = [
        { name: "check", image: "natsio/nats-box:0.19.7", env: [{ name: "MAX_AGE_SECONDS", value: age }] },
    ];
    const jobTemplate = { spec: { template: { spec: { restartPolicy: "Never", containers } } } };
    new kubernetes.batch.v1.CronJob(
        "canary",
        { metadata: { name: "canary", namespace: "default" }, spec: { schedule: "* * * * *", jobTemplate } },
        { provider },
    );
}
