import * as kubernetes from "@pulumi/kubernetes";
import { DurablePositions } from "../../components/nats/durablePositions";
import { natsChart } from "../../components/nats/natsChart";
import { natsChartValues } from "../../components/nats/natsChartValues";
import { mirrorStream, type StreamConfig } from "../../components/nats/natsStreamConfig";
import { alertGroups } from "../../components/standby/observabilityRules";
import { kgents } from "../../infra/kgents";

/** The values of a member of the super-cluster, to break one thing at a time in. */
export function memberValues(role: "primary" | "dr"): Record<string, any> {
    return structuredClone({ ...natsChartValues({ profile: kgents, role, gateway: { tlsSecret: "nats-gateway" } }) });
}

export function release(name: string, values: Record<string, any>, provider: kubernetes.Provider): void {
    const repositoryOpts = { repo: natsChart.repository };
    new kubernetes.helm.v3.Release(
        name,
        { name, namespace: "default", chart: natsChart.name, version: natsChart.version, repositoryOpts, values },
        { provider },
    );
}

/** Streams as a Job's ConfigMap declares them. */
export function streamSettings(name: string, streams: readonly StreamConfig[], provider: kubernetes.Provider): void {
    const data = Object.fromEntries(streams.map((stream) => [`${stream.name}.json`, JSON.stringify(stream)]));
    new kubernetes.core.v1.ConfigMap(name, { metadata: { name, namespace: "default" }, data }, { provider });
}

/** What a standby has beside its NATS: mirrors, somebody who watches them, and the positions of the origins' consumers. */
export function watchedMirrors(provider: kubernetes.Provider): void {
    streamSettings(
        "nats-mirrors",
        kgents.streams.map((stream) => mirrorStream(kgents, stream)),
        provider,
    );
    alertsFile(provider);
    storedPositions(provider);
}

/** What stores the positions of the origins' consumers, its spec changed. */
export function storedPositions(
    provider: kubernetes.Provider,
    streams: readonly string[] = kgents.streams.map(({ name }) => name),
    change: (spec: Record<string, any>) => void = () => undefined,
): void {
    const { natsCluster: cluster } = kgents.regions.dr;
    new DurablePositions(
        "positions",
        {
            namespace: "default",
            jobName: "durable-positions",
            streams,
            cluster,
            url: "nats://nats:4222",
            authSecret: "nats-auth",
            contract: kgents.contracts.durablePositions,
        },
        {
            providers: [provider],
            // Before the resource goes to an engine, as there may be none.
            transformations: [
                ({ type, props, opts }) =>
                    type === "kubernetes:batch/v1:CronJob" ? (change(props.spec), { props, opts }) : undefined,
            ],
        },
    );
}

/** The standby's alerts as a file, changed as text. */
export function alertsFile(provider: kubernetes.Provider, change: (text: string) => string = (text) => text): void {
    const groups = alertGroups({
        profile: kgents,
        role: "dr",
        watch: { namespace: "default", name: "standby-canary" },
    });
    const data = { "rules.yml": change(JSON.stringify({ groups })) };
    new kubernetes.core.v1.ConfigMap(
        "rules",
        { metadata: { name: "rules", namespace: "default" }, data },
        { provider },
    );
}
