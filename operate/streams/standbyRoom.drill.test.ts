import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { natsGateJobs } from "../../components/nats/natsGate";
import { isWritable, originStream, type StreamConfig } from "../../components/nats/natsStreamConfig";
import type { NatsAcceptance, Role, StreamProfile } from "../../components/model/profile";
import { Deployment } from "../../engine/state/deployment";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { withFoundNats } from "../../infra/natsFound";
import { kgents } from "../../infra/kgents";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { superCluster, type Joined } from "../../rehearsal/kit/environments/startSuperCluster";
import { SuperCluster } from "../../rehearsal/kit/environments/superCluster";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { operatorEnvironment } from "../../rehearsal/kit/testing/operator";
import { superClusterFixture } from "../../rehearsal/testing/fixtureDeployment";
import { plannedServer, smallerThanPrimary } from "../../components/nats/serverLimits";
import { isNatsRelease } from "../../testbed/nats/chartConfig";
import { NatsWorld } from "../../testbed/nats/natsWorld";
import { waitFor } from "../../testbed/nats/waitFor";
import { runDr } from "../commands/testing/runDr";
import { issueGatewayCertificate, makeGatewayAuthority } from "../gatewayCertificates";
import { StreamApi, untilDone } from "./streamApi";

const [stream] = kgents.streams as [StreamProfile];
const temporary = () => fs.mkdtempSync(path.join(os.tmpdir(), "drkit-room-"));

/** A deployment whose servers have other values of the chart. */
const withValues = (deployment: Deployment, change: (config: any) => void) =>
    deployment.withInputs(isNatsRelease, ({ values }) => change(values.config));

// Case: the standby's volume is smaller than what the origin holds. The tests follow one another.
describeWithTools("a standby whose volume is smaller than the primary's", ["nats-server", "nats"], (tools) => {
    const dir = temporary();
    let run: DrillRun;
    let cluster: SuperCluster;
    let joined: Joined;
    let env: Record<string, string>;
    let api: StreamApi;
    let deployments: Record<Role, Deployment>;
    let large: Deployment;
    const status = () => runDr(["streams", "status"], { env });

    beforeAll(async () => {
        const deployed = await superClusterFixture();
        large = deployed.dr;
        const dr = withValues(deployed.dr, (config) => (config.jetstream.fileStore.pvc.size = "20Mi"));
        deployments = { ...deployed, dr };
        run = drillRun("room", { deployments, tools, workDir: dir });
        ({ cluster, joined } = await superCluster(run));
        env = await operatorEnvironment(cluster);
        api = new StreamApi(await cluster.connect(cluster.standby, "operator"), { patienceMs: 5_000 });
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("is refused by the gate before the mirrors are made, by what the servers say", () => {
        expect(joined.gates.map((gate) => gate?.exitCode)).toEqual([0, 0, 1]);
        expect(joined.gates[2]?.output).toMatch(
            /refused, and nothing was changed:\nmax_file_store: nats-\d of the primary has 21474836480 bytes, usw2-nats-\d 20971520\. .* Set nats\.volumeGib of the standby's stack to 20 or more/,
        );
    });

    it("is named by status while there is room", async () => {
        const found = await waitFor("a status", async () => {
            const result = await status();
            if (!result.said.includes("max_file_store")) throw new Error(result.output);
            return result;
        });
        expect(found).toMatchObject({
            code: 1,
            said: expect.stringContaining("Set nats.volumeGib of the standby's stack to 20 or more"),
        });
        expect(found.said).not.toMatch(/is (nearly )?full:/);
    });

    it("is called full when it is, not cut off", async () => {
        const js = jetstream(await cluster.connect(cluster.primary, "publisher"), { timeout: 10_000 });
        for (let number = 0; number < 60; number++)
            await waitFor("a message stored", () =>
                js.publish("agentese.doc", Buffer.alloc(500_000, String(number % 10)), { msgID: `doc-${number}` }),
            );
        const found = await waitFor(
            "a status that says full, once the mirror has lost its connection",
            async () => {
                const result = await status();
                if (!/AGENTESE_MIRROR stores nothing more: the standby is full/.test(result.said))
                    throw new Error(result.output);
                return result;
            },
            { seconds: 180, everyMs: 2_000 },
        );
        expect(found.code).toBe(1);
        expect(found.said).toMatch(/usw2-nats-\d is full: it holds \d\d\.\d MiB of 20\.0 MiB \(max_file_store\)/);
        expect(found.said).not.toMatch(/never heard|link is dead/);
    });

    it("is not moved to by plan, and nothing is changed: the origin goes on taking writes", async () => {
        const refused = await runDr(["streams", "promote", "--yes", "--planned"], { env });
        expect(refused).toMatchObject({ code: 1, said: expect.stringMatching(/Not promoted.*usw2-nats-\d is full/) });
        expect(refused.said).not.toContain("is parked first");
        const { config } = await untilDone("the origin", () => api.existing(stream.name));
        expect(isWritable(config, kgents.regions.primary, stream)).toBe(true);
    });

    it("goes on by itself once its servers were restarted with more room", async () => {
        deployments.dr = large;
        await cluster.takeSecrets("dr");
        await cluster.mirrorsFollow();
        await waitFor(
            "a status that is well",
            async () => {
                const result = await status();
                if (result.code !== 0) throw new Error(result.output);
                return true;
            },
            { seconds: 180, everyMs: 2_000 },
        );
    });
});

// The tests follow one another, as the steps of the join do.
describeWithTools("the gate before the join", ["nats-server", "nats"], (tools) => {
    const dir = temporary();
    let run: DrillRun;
    let cluster: SuperCluster;
    let api: StreamApi;
    const gate = (seconds = 60) => cluster.runGate("primary", natsGateJobs.streams, seconds);
    const config = async (name: string) => (await untilDone(`settings of ${name}`, () => api.existing(name))).config;
    const allConfigs = () => Promise.all(kgents.streams.map(({ name }) => config(name)));
    const remade = async (change: object) => {
        await untilDone("EVENTS removed", () => api.remove("EVENTS"));
        const events = originStream(kgents, kgents.streams[1]!);
        await untilDone("EVENTS created", () =>
            api.create({ ...events, deny_delete: false, ...change } as unknown as StreamConfig),
        );
    };

    beforeAll(async () => {
        run = drillRun("gate", { deployments: await superClusterFixture(), tools, workDir: dir });
        cluster = new SuperCluster(run);
        await cluster.startPrimary();
        api = new StreamApi(await cluster.connect(cluster.primary, "operator"), { patienceMs: 5_000 });
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("passes for the program's own streams on servers without gateways", async () => {
        expect(await gate()).toMatchObject({
            exitCode: 0,
            output: "AGENTESE: there\nEVENTS: there\nthe streams can be promoted and failed back\n",
        });
    });

    it.each<[string, object, string]>([
        ["a work queue", { retention: "workqueue" }, 'EVENTS has retention "workqueue": its mirror acknowledges'],
        ["an interest stream", { retention: "interest" }, 'EVENTS has retention "interest": its mirror acknowledges'],
        ["a limit a subject", { max_msgs_per_subject: 1 }, "EVENTS keeps 1 messages a subject"],
        [
            "a stream that refuses when it is full",
            { discard: "new", max_bytes: 1e6 },
            "EVENTS refuses new messages when it is full",
        ],
        ["no acknowledgements", { no_ack: true }, "EVENTS acknowledges nothing (no_ack)"],
    ])("refuses %s by its name and its setting, and changes nothing", async (_what, change, text) => {
        await remade(change);
        const before = await allConfigs();
        const refused = await gate();
        expect(refused).toMatchObject({
            exitCode: 1,
            output: expect.stringContaining(`refused, and nothing was changed:\n${text}`),
        });
        expect(await allConfigs()).toEqual(before);
    });
});

const accepts: NatsAcceptance = {
    maxPayload: 4 * 1024 ** 2,
    memoryStoreMib: 64,
    volumeGib: 20,
    websocketPort: 8080,
    mqttPort: 1883,
    leafnodesPort: 7422,
    tlsSecret: "nats-client-tls",
    accountsLeftOut: ["BILLING"],
};

describeWithTools("a primary that accepts more than a stock nats.conf", ["nats-server", "nats"], (tools) => {
    const folders: string[] = [];
    const runs: DrillRun[] = [];
    let authority: Awaited<ReturnType<typeof makeGatewayAuthority>>;

    /** A Secret of the users': the certificate that their clients know. */
    const withSecret = (deployment: Deployment, data: Readonly<Record<string, string>>) =>
        new Deployment(deployment.stack, [
            ...deployment.resources,
            {
                ...deployment.resources[0]!,
                urn: `urn:pulumi:${deployment.stack}::fixture::kubernetes:core/v1:Secret::client-tls`,
                type: "kubernetes:core/v1:Secret",
                name: "client-tls",
                inputs: { metadata: { name: "nats-client-tls" }, stringData: data },
            },
        ]);
    /** Servers as their owner has them; the standby by what the settings say of them. */
    const start = async (found: NatsAcceptance | undefined) => {
        authority = await makeGatewayAuthority("clients");
        const { certificate, key } = await issueGatewayCertificate(authority, "clients", ["127.0.0.1", "localhost"]);
        const profile = found
            ? withFoundNats(kgents, {
                  ...{
                      account: "APP",
                      systemAccount: "$SYS",
                      users: [],
                      anonymous: false,
                      cluster: "nats",
                      servers: 3,
                  },
                  accepts: found,
              })
            : kgents;
        const deployed = await superClusterFixture(profile);
        const files = { "tls.crt": certificate, "tls.key": key };
        const tls = { enabled: true, secretName: "nats-client-tls" };
        const primary = withValues(withSecret(deployed.primary!, files), (config) => {
            config.merge.max_payload = accepts.maxPayload;
            config.merge.accounts.BILLING = { users: [{ user: "billing", password: "BillingPasswordOfTests" }] };
            config.jetstream.merge.max_memory_store = "<< 64Mi >>";
            config.nats.tls = tls;
            config.merge.allow_non_tls = true;
            config.websocket = { enabled: true, port: 8080, tls };
            config.mqtt = { enabled: true, port: 1883, tls };
            config.leafnodes = { enabled: true, port: 7422 };
        });
        const dir = temporary();
        folders.push(dir);
        const deployments = { ...deployed, primary, dr: withSecret(deployed.dr!, files) };
        const run = drillRun("follow", { profile, deployments, tools, workDir: dir });
        runs.push(run);
        return run;
    };
    afterAll(async () => {
        for (const run of runs) await run.close();
        for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
    });

    it("is refused by the gate with each setting that the stacks do not say, before anything is joined", async () => {
        const run = await start(undefined);
        const cluster = new SuperCluster(run);
        await cluster.startPrimary();
        const api = new StreamApi(await cluster.connect(cluster.primary, "operator"), { patienceMs: 5_000 });
        const cache = { name: "CACHE", subjects: ["cache.>"], storage: "memory", num_replicas: 3 };
        await untilDone("a stream in memory", () => api.create(cache as unknown as StreamConfig));
        await jetstream(await cluster.connect(cluster.primary, "publisher"), { timeout: 10_000 }).publish(
            "cache.x",
            "1",
        );
        const refused = await cluster.runGate("primary", natsGateJobs.streams, 60);
        expect(refused?.exitCode).toBe(1);
        const lines = refused!.output.split("refused, and nothing was changed:\n")[1]!.trim().split("\n");
        expect(lines).toEqual([
            expect.stringMatching(
                /^max_payload: nats-\d of the primary takes 4194304 bytes, the standby 1048576\. .* Set nats\.found\.accepts\.maxPayload to 4194304/,
            ),
            expect.stringMatching(/^tls: nats-\d of the primary serves TLS to clients, the standby does not\./),
            expect.stringMatching(
                /^websocket: nats-\d of the primary listens on port \d+, the standby does not listen\./,
            ),
            expect.stringMatching(/^mqtt: nats-\d of the primary listens on port \d+, the standby does not listen\./),
            expect.stringMatching(
                /^leafnodes: nats-\d of the primary listens on port \d+, the standby does not listen\./,
            ),
            expect.stringMatching(
                /^max_memory_store: nats-\d of the primary stores \d+ bytes in memory, the standby may store 0\./,
            ),
            expect.stringMatching(/^accounts: the primary has BILLING and the standby has not/),
        ]);
    });

    it("is followed by a standby that was told: the gates pass, and its clients find there what they had", async () => {
        const run = await start(accepts);
        const { cluster, joined } = await superCluster(run);
        expect(joined.gates.map((gate) => gate && `${gate.exitCode}: ${gate.output}`)).toEqual([
            expect.stringMatching(/^0: /),
            expect.stringMatching(/^0: /),
            expect.stringMatching(/^0: /),
        ]);
        const plain = await cluster.connect(cluster.standby, "a client without TLS");
        expect(plain.info?.max_payload).toBe(accepts.maxPayload);
        const large = plain.request("large.message", Buffer.alloc(3 * 1024 ** 2), { timeout: 5_000 });
        // Nobody answers, and the server took it: it closes the connection of a client whose message is too large.
        await expect(large).rejects.toThrow(/no responders/i);
        const { user, pass } = cluster.login();
        const [server] = cluster.standby.servers;
        const secured = cluster.keep(
            await connect({ servers: server!.url, user, pass, timeout: 10_000, tls: { ca: authority.certificate } }),
        );
        await expect(secured.flush()).resolves.toBeUndefined();
        const stranger = connect({ servers: server!.url, user, pass, timeout: 10_000, reconnect: false, tls: {} });
        await expect(stranger).rejects.toThrow(/certificate/i);
        const { websocket, mqtt, leaf, tls_cert_not_after: ends } = await server!.monitor("varz");
        expect([websocket.port, mqtt.port, leaf.port]).toEqual([
            expect.any(Number),
            expect.any(Number),
            expect.any(Number),
        ]);
        expect(ends).toMatch(/^20\d\d-/);
        const ca = path.join(run.workDir, "clients-ca.pem");
        fs.writeFileSync(ca, authority.certificate);
        const env = { ...(await operatorEnvironment(cluster)), NATS_CA: ca };
        await waitFor(
            "a status that is well",
            async () => {
                const result = await runDr(["streams", "status"], { env });
                if (result.code !== 0) throw new Error(result.output);
                return true;
            },
            { seconds: 90 },
        );
    });
});

/** As people publish them: brokers of IoT platforms, of a test suite, of a tracker. Without what only their machines have. */
const foreign: readonly [string, Record<string, unknown>, readonly string[]][] = [
    [
        "an IoT platform's broker: large messages, MQTT, websockets, a gigabyte of memory",
        {
            max_payload: "<< 64MB >>",
            max_pending: "<< 64MB >>",
            max_connections: 1000,
            jetstream: { store_dir: "/data", max_mem: "<< 1G >>", max_file: "<< 10Gi >>" },
            mqtt: { port: 1883, max_ack_pending: 1 },
            websocket: { port: 8080, no_tls: true },
        },
        ["max_payload: nats-0 of the primary takes 67108864 bytes", "websocket: ", "mqtt: "],
    ],
    [
        "an account with limits, and more file storage than the standby",
        {
            jetstream: { store_dir: "/data", max_memory_store: "<< 2G >>", max_file_store: "<< 50Gi >>" },
            accounts: {
                APP: {
                    jetstream: { max_mem: "<< 2G >>", max_file: "<< 5G >>", max_streams: 10, max_consumers: 100 },
                    users: [{ user: "test-user", password: "test-password" }],
                },
            },
        },
        ["max_file_store: nats-0 of the primary has 53687091200 bytes, the standby 21474836480"],
    ],
    [
        "leaf nodes that dial in with a token, websockets on a port of their own",
        {
            authorization: { token: "platform" },
            leafnodes: { port: 7422, no_advertise: true },
            websocket: { port: 9770, no_tls: true, authorization: { token: "platform" } },
            jetstream: { store_dir: "/data", max_mem: "<< 1G >>", max_file: "<< 2G >>" },
        },
        ["websocket: ", "leafnodes: "],
    ],
    [
        "eight megabytes a message, for attachments",
        { max_payload: "<< 8MB >>", jetstream: { store_dir: "/data", max_file: "<< 8G >>" } },
        ["max_payload: nats-0 of the primary takes 8388608 bytes"],
    ],
    [
        "nothing but JetStream",
        { jetstream: { store_dir: "/data", max_file_store: "<< 15Gi >>", max_memory_store: "<< 2Gi >>" } },
        [],
    ],
];

describeWithTools("a nats.conf as others have it", ["nats-server"], (tools) => {
    it.each(foreign)("is held against the standby by what its server says: %s", async (_what, conf, expected) => {
        const dir = temporary();
        const servers = new NatsWorld({ natsServer: tools["nats-server"].path, dir });
        try {
            const plan = { pod: "nats-0", name: "nats-0", env: {}, files: {} };
            const member = await servers.add("primary", {
                cluster: "nats",
                servers: [{ ...plan, conf: { server_name: "nats-0", port: 4222, http_port: 8222, ...conf } }],
            });
            await servers.start(member);
            const data = await member.servers[0]!.monitor("varz");
            const found = [{ server: { name: "nats-0", cluster: "nats" }, data }, plannedServer(kgents, 20)];
            const smaller = smallerThanPrimary(found, "nats", kgents.regions.dr.natsCluster);
            expect(smaller).toEqual(expected.map((text) => expect.stringContaining(text)));
        } finally {
            await servers.close();
            fs.rmSync(dir, { recursive: true, force: true });
        }
    });
});
