import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { parseNatsConf } from "../../components/nats/natsConf";
import { Deployment } from "../../engine/state/deployment";
import { planRelease } from "./chartConfig";

/**
 * What Helm itself made of these values: the file nats.conf of `helm template nats nats/nats --version 2.14.2 --namespace kgents-agents`.
 * A new version of the chart is rendered again, and the file beside this test replaced.
 */
const helmRendered = readFileSync(path.join(__dirname, "testing", "helmRendered.conf"), "utf8");
const values = {
    tlsCA: { enabled: true, secretName: "gateway-tls", key: "ca.crt" },
    config: {
        cluster: { enabled: true, port: 6222, replicas: 3, merge: { name: "west" } },
        jetstream: {
            enabled: true,
            fileStore: { enabled: true, dir: "/data", pvc: { enabled: true, size: "20Gi", storageClassName: "gp3" } },
            merge: { sync_interval: "always" },
        },
        nats: { port: 4222 },
        gateway: {
            enabled: true,
            port: 7222,
            tls: { enabled: true, secretName: "gateway-tls", merge: { verify: true } },
            merge: {
                name: "west",
                advertise: "<< $ADVERTISE >>",
                gateways: [{ name: "east", urls: ["nats://east:7222"] }],
            },
        },
        monitor: { enabled: true, port: 8222 },
        serverNamePrefix: "west-",
        merge: {
            accounts: { APP: { users: [{ user: "app", password: "<< $APP_PASSWORD >>" }] } },
            lame_duck_duration: "45s",
        },
    },
    container: {
        image: { repository: "nats", tag: "2.14.9-alpine" },
        env: {
            ORDINAL: { valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } } },
            APP_PASSWORD: { valueFrom: { secretKeyRef: { name: "nats-auth", key: "APP_PASSWORD" } } },
            ADVERTISE: "nats-0.example.com:7222",
        },
        resources: {},
    },
    reloader: { enabled: true, image: { repository: "natsio/nats-server-config-reloader", tag: "0.23.0" } },
    promExporter: {
        enabled: false,
        image: { repository: "natsio/prometheus-nats-exporter", tag: "0.20.1" },
        podMonitor: { enabled: false },
    },
    podTemplate: { configChecksumAnnotation: true, topologySpreadConstraints: {} },
    podDisruptionBudget: { enabled: true },
    natsBox: { enabled: false },
};
const deployment = new Deployment("dr", [
    {
        urn: "urn:pulumi:dr::fixture::kubernetes:helm.sh/v3:Release::nats-release",
        type: "kubernetes:helm.sh/v3:Release",
        name: "nats-release",
        custom: true,
        protect: false,
        dependencies: [],
        inputs: { name: "nats", namespace: "kgents-agents", chart: "nats", version: "2.14.2", values },
        outputs: {},
    },
]);
const secrets = {
    "nats-auth": { APP_PASSWORD: "secret" },
    "gateway-tls": { "tls.crt": "certificate", "tls.key": "key", "ca.crt": "authority" },
};

it("makes of a release's values the configuration file that Helm makes of them", () => {
    const [server] = planRelease(deployment, secrets).servers;
    expect(server?.conf).toEqual(parseNatsConf(helmRendered));
});

it("gives the container's environment in the chart's order, and the Secrets where the chart mounts them", () => {
    const servers = planRelease(deployment, secrets).servers;
    expect(servers.map(({ pod, name }) => `${pod}=${name}`)).toEqual([
        "nats-0=west-nats-0",
        "nats-1=west-nats-1",
        "nats-2=west-nats-2",
    ]);
    expect(Object.keys(servers[1]!.env)).toEqual(["POD_NAME", "SERVER_NAME", "ADVERTISE", "APP_PASSWORD", "ORDINAL"]);
    expect(Object.keys(servers[1]!.files).sort()).toEqual([
        "/etc/nats-ca-cert/ca.crt",
        "/etc/nats-ca-cert/tls.crt",
        "/etc/nats-ca-cert/tls.key",
        "/etc/nats-certs/gateway/ca.crt",
        "/etc/nats-certs/gateway/tls.crt",
        "/etc/nats-certs/gateway/tls.key",
    ]);
});
