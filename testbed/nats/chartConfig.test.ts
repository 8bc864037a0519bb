import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../../components/testing/fixtureSystem";
import { Deployment } from "../../engine/state/deployment";
import { expand, planRelease } from "./chartConfig";
import { AddressBook, onLoopback } from "./loopback";
import { primaryFixture } from "../../rehearsal/testing/fixtureDeployment";

const releaseType = "kubernetes:helm.sh/v3:Release";
const changed = (deployment: Deployment, change: (inputs: any) => void) =>
    deployment.map((resource) => {
        if (resource.type !== releaseType) return resource;
        const inputs = structuredClone(resource.inputs);
        change(inputs);
        return { ...resource, inputs };
    });

describe("planRelease", () => {
    it("renders what the chart would: names, ports, routes, accounts, synced file storage", async () => {
        const plan = planRelease(await primaryFixture());
        expect(plan).toMatchObject({ release: "nats", namespace: "kgents-agents", cluster: "nats" });
        expect(plan.servers.map((server) => server.name)).toEqual(["nats-0", "nats-1", "nats-2"]);
        const { accounts, ...conf } = plan.servers[0]?.conf ?? {};
        expect(conf).toEqual({
            server_name: "<< $SERVER_NAME >>",
            lame_duck_grace_period: "10s",
            lame_duck_duration: "30s",
            pid_file: "/var/run/nats/nats.pid",
            port: 4222,
            cluster: {
                name: "nats",
                port: 6222,
                no_advertise: true,
                routes: [
                    "nats://nats-0.nats-headless:6222",
                    "nats://nats-1.nats-headless:6222",
                    "nats://nats-2.nats-headless:6222",
                ],
            },
            http_port: 8222,
            jetstream: {
                max_memory_store: 0,
                store_dir: "/data",
                max_file_store: "<< 20Gi >>",
                sync_interval: "always",
            },
            system_account: "$SYS",
        });
        expect(Object.keys(accounts)).toEqual(["$SYS", "APP"]);
    });

    it("starts as many servers as the values say, each with routes to all", async () => {
        const plan = planRelease(
            await primaryFixture({}, { ...fixtureSystem, streams: fixtureSystem.streams.slice(0, 1) }),
        );
        expect(plan).toMatchObject({ namespace: "atlas-messaging", cluster: "frankfurt" });
        expect(plan.servers.map(({ pod }) => pod)).toEqual(["nats-0", "nats-1", "nats-2", "nats-3", "nats-4"]);
        const book = new AddressBook();
        const locals = await Promise.all(plan.servers.map((server) => onLoopback(server, "primary", book, "/tmp")));
        expect(new Set(locals.map(({ conf }) => JSON.stringify(conf["cluster"].routes))).size).toBe(1);
        expect(locals[0]?.conf["cluster"].routes).toEqual(
            locals.map(({ conf }) => `nats://127.0.0.1:${conf["cluster"].port}`),
        );
    });

    it("takes the environment of each pod from the values and the deployed Secret", async () => {
        const [, second] = planRelease(await primaryFixture()).servers;
        expect(second?.env).toEqual({
            POD_NAME: "nats-1",
            SERVER_NAME: "nats-1",
            SYS_PASSWORD: "SystemPasswordOfTests",
            APP_PASSWORD: "ApplicationPasswordOfTests",
            GOMEMLIMIT: "652MiB",
        });
    });

    it("fails on a key that it cannot render, and names it", async () => {
        const deployment = changed(
            await primaryFixture(),
            (inputs) => (inputs.values.config.profiling = { enabled: true }),
        );
        expect(() => planRelease(deployment)).toThrow(
            "the NATS release sets config.profiling.enabled, which the rehearsal cannot render",
        );
    });

    it("fails on a chart version whose keys were not read", async () => {
        const deployment = changed(await primaryFixture(), (inputs) => (inputs.version = "3.0.0"));
        expect(() => planRelease(deployment)).toThrow("of chart version 3.0.0; the keys in use were read in 2.14.2");
    });

    it("fails on a Secret that is not deployed", async () => {
        const deployment = (await primaryFixture()).map((resource) =>
            resource.type === "kubernetes:core/v1:Secret" ? undefined : resource,
        );
        expect(() => planRelease(deployment)).toThrow("stack primary: expected one Secret named nats-auth, found 0");
    });

    it("fails where there is no release, and says which stack", () => {
        expect(() => planRelease(new Deployment("dr", []))).toThrow(
            'stack dr: expected one release of the chart "nats", found 0',
        );
    });
});

describe("onLoopback", () => {
    it("changes addresses and paths only, and says which", async () => {
        const [first, second] = planRelease(await primaryFixture()).servers;
        const book = new AddressBook();
        const local = await onLoopback(first as never, "primary", book, "/nowhere/nats-0");
        const other = await onLoopback(second as never, "primary", book, "/nowhere/nats-1");
        expect(local.changed).toEqual([
            "host",
            "port",
            "http",
            "pid_file",
            "jetstream.store_dir",
            "cluster.host",
            "cluster.port",
            "cluster.routes",
        ]);
        expect(local.conf.cluster.routes).toEqual(other.conf.cluster.routes);
        expect(local.conf.cluster.routes[1]).toBe(`nats://127.0.0.1:${other.conf.cluster.port}`);
        expect(local.conf.accounts).toEqual(first?.conf.accounts);
        expect(local.conf.jetstream.sync_interval).toBe("always");
    });
});

describe("expand", () => {
    it("leaves a name that is not defined, as Kubernetes does", () => {
        expect(expand("$(POD_NAME).gw:$(PORT)", { POD_NAME: "nats-0" })).toBe("nats-0.gw:$(PORT)");
    });
});
