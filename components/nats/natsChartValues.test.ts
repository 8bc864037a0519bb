import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { natsChartKeys, unknownChartKeys } from "./natsChart";
import { natsChartPod } from "../testing/natsChartPod";
import { podSecurityIssues } from "../testing/podSecurity";
import { natsChartValues } from "./natsChartValues";

const single = natsChartValues({ profile: fixtureSystem, role: "primary" });
const gateway = { tlsSecret: "nats-gateway-tls" };
const primary = natsChartValues({ profile: fixtureSystem, role: "primary", gateway });
const podMonitorLabels = { release: "prometheus" };
const standby = natsChartValues({ profile: fixtureSystem, role: "dr", gateway, podMonitor: true, podMonitorLabels });
const natsAcceptance = {
    ...{ maxPayload: 8_388_608, memoryStoreMib: 64, accountsLeftOut: [] },
    ...{ websocketPort: 8080, mqttPort: 1883, leafnodesPort: 7422, tlsSecret: "nats-client-tls" },
};
const following = natsChartValues({
    ...{ profile: { ...fixtureSystem, natsAcceptance }, role: "dr" as const, gateway },
    ...{ podMonitor: true, podMonitorLabels },
});

describe("natsChartValues", () => {
    it("sets only keys that were read in the chart, and lists none that it does not set", () => {
        expect(unknownChartKeys(single)).toEqual([]);
        expect(unknownChartKeys(standby)).toEqual([]);
        expect(unknownChartKeys(following)).toEqual([]);
        const has = (path: string[], value: any): boolean => {
            const [step, ...rest] = path;
            if (step === undefined || step === "*") return value !== undefined;
            return typeof value === "object" && value !== null && step in value && has(rest, value[step]);
        };
        expect(Object.keys(natsChartKeys).filter((key) => !has(key.split("."), following))).toEqual([]);
    });

    it("syncs every write, spreads over zones and restarts pods when the configuration changes", () => {
        expect(single.config.jetstream.merge).toEqual({ sync_interval: "always" });
        expect(single.podTemplate).toEqual({
            configChecksumAnnotation: true,
            topologySpreadConstraints: {
                "topology.kubernetes.io/zone": { maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
            },
            merge: expect.anything(),
        });
        expect(single.podDisruptionBudget).toEqual({ enabled: true });
    });

    it("labels the PodMonitor as the operator's selector wants it, where there is one", () => {
        expect(single.promExporter.podMonitor).toEqual({ enabled: false });
        expect(standby.promExporter.podMonitor).toEqual({
            enabled: true,
            merge: { metadata: { labels: { release: "prometheus" } } },
        });
        expect(
            natsChartValues({ profile: fixtureSystem, role: "dr", podMonitorLabels }).promExporter.podMonitor,
        ).toEqual({
            enabled: false,
        });
    });

    it("pins every image", () => {
        expect([single.container.image, single.reloader.image, single.promExporter.image]).toEqual([
            { repository: "nats", tag: "2.14.9-alpine" },
            { repository: "natsio/nats-server-config-reloader", tag: "0.23.0" },
            { repository: "natsio/prometheus-nats-exporter", tag: "0.20.1" },
        ]);
    });

    it("makes pods that a namespace with Pod Security's level restricted takes, with gateways and without", () => {
        for (const values of [single, primary, standby])
            expect(podSecurityIssues("restricted", natsChartPod(values))).toEqual([]);
        // What the chart makes of values that say nothing about it.
        const bare = (one: object) => ({ ...one, merge: {} });
        const plain = {
            ...single,
            podTemplate: bare(single.podTemplate),
            container: bare(single.container),
            reloader: bare(single.reloader),
            promExporter: bare(single.promExporter),
        };
        expect(podSecurityIssues("restricted", natsChartPod(plain as unknown as typeof single))).toHaveLength(3 * 4);
        expect(podSecurityIssues("baseline", natsChartPod(plain as unknown as typeof single))).toEqual([]);
    });

    it("runs servers and reloader as one user, who owns the volumes that a server running as root has filled", () => {
        const { securityContext, shareProcessNamespace, containers } = natsChartPod(primary);
        expect(securityContext).toEqual({
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            seccompProfile: { type: "RuntimeDefault" },
            fsGroup: 1000,
            fsGroupChangePolicy: "OnRootMismatch",
        });
        expect(shareProcessNamespace).toBe(true);
        expect(containers.map(({ securityContext: own }: any) => own.runAsUser)).toEqual([
            undefined,
            undefined,
            undefined,
        ]);
    });

    it("scopes subjects by region, the same on all members", () => {
        const mappings = (values: typeof single) => (values.config.merge.accounts as any).APP.mappings;
        expect(mappings(single)["shop.orders.>"]).toEqual([
            { destination: "euc1.shop.orders.>", weight: "100%", cluster: "frankfurt" },
            { destination: "euw1.shop.orders.>", weight: "100%", cluster: "dublin" },
        ]);
        expect(mappings(single)["$JS.API.CONSUMER.MSG.NEXT.ORDERS.*"]).toEqual([
            {
                destination: "$JS.API.CONSUMER.MSG.NEXT.ORDERS_COPY.{{wildcard(1)}}",
                weight: "100%",
                cluster: "dublin",
            },
        ]);
        expect(mappings(standby)).toEqual(mappings(single));
    });

    it("denies a raw publish to the other region's subjects", () => {
        const deny = (values: typeof single) =>
            (values.config.merge.accounts as any).APP.users[0].permissions.publish.deny;
        expect(deny(primary)).toEqual(["euw1.shop.orders.>", "euw1.audit.>", "euw1.telemetry.v1.readings.>"]);
        expect(deny(standby)).toEqual(["euc1.shop.orders.>", "euc1.audit.>", "euc1.telemetry.v1.readings.>"]);
    });

    it("takes passwords from the Secret only", () => {
        expect(single.container.env.APP_PASSWORD).toEqual({
            valueFrom: { secretKeyRef: { name: "nats-auth", key: "APP_PASSWORD" } },
        });
        expect((single.config.merge.accounts as any).APP.users[0].password).toBe("<< $APP_PASSWORD >>");
    });

    it("has no gateway in a single region, and adding one changes nothing but the gateway's own keys", () => {
        expect(single.config.gateway).toBeUndefined();
        const { gateway: added, ...config } = primary.config;
        const { GATEWAY_SERVER: server, GW_ADVERTISE: advertise, ...env } = primary.container.env;
        const { tlsCA, ...rest } = primary;
        expect({ ...rest, config, container: { ...primary.container, env } }).toEqual(single);
        expect(server).toEqual({
            valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
        });
        expect(advertise).toBe("nats-$(GATEWAY_SERVER).gw.euc1.atlas.example:722$(GATEWAY_SERVER)");
        expect(tlsCA).toEqual({ enabled: true, secretName: "nats-gateway-tls", key: "ca.crt" });
        expect(added).toEqual({
            enabled: true,
            port: 7222,
            tls: { enabled: true, secretName: "nats-gateway-tls", merge: { verify: true } },
            merge: {
                name: "frankfurt",
                advertise: "<< $GW_ADVERTISE >>",
                connect_backoff: true,
                reject_unknown_cluster: true,
                gateways: [
                    {
                        name: "frankfurt",
                        urls: [0, 1, 2, 3, 4].map(
                            (server) => `nats://nats-${server}.gw.euc1.atlas.example:722${server}`,
                        ),
                    },
                    {
                        name: "dublin",
                        urls: [0, 1, 2, 3, 4].map(
                            (server) => `nats://nats-${server}.gw.euw1.atlas.example:722${server}`,
                        ),
                    },
                    { name: "paris", urls: ["nats://nats-0.gw.euw3.atlas.example:7222"] },
                ],
            },
        });
    });

    it("gives the standby names of its own, and leaves the primary's alone", () => {
        expect(standby.config.cluster.merge).toEqual({ name: "dublin" });
        expect(standby.config.serverNamePrefix).toBe("euw1-");
        expect(primary.config.cluster.merge).toEqual({ name: "frankfurt" });
        expect(primary.config.serverNamePrefix).toBeUndefined();
    });
});
