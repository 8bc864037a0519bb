import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterEach, expect, it } from "vitest";
import { without, type StreamConfig } from "../components/nats/natsStreamConfig";
import type { StreamProfile } from "../components/model/profile";
import { withNatsSettings } from "../infra/natsFound";
import { takeBothSubjects, takeScopedSubjectOnly } from "../operate/streams/retrofit";
import { StreamApi } from "../operate/streams/streamApi";
import { describeWithTools } from "../engine/toolchain/testTools";
import type { Login } from "../testbed/nats/client";
import { MqttClient } from "../testbed/nats/mqttClient";
import { waitFor } from "../testbed/nats/waitFor";
import { foundSystem, UserNats } from "./testing/userNats";
import { passwords, type FoundCase } from "./testing/userOwnedNats";

const anonymous: FoundCase = {
    title: "nobody asks for a login",
    profile: foundSystem({ anonymous: true }),
    access: {},
    login: undefined,
};
const login = (user: string, pass: string): Login => ({ user, pass });
const asClient = login("api", passwords.API_PASSWORD);
const second = 1_000_000_000;

/** All that a stream may have, but what the patch refuses. */
const everySetting = {
    description: "ours",
    storage: "file",
    num_replicas: 3,
    retention: "limits",
    discard: "new",
    discard_new_per_subject: true,
    max_msgs_per_subject: 7,
    max_msgs: 100_000,
    max_bytes: 50_000_000,
    max_age: 3_600 * second,
    max_msg_size: 65_536,
    duplicate_window: 60 * second,
    compression: "s2",
    allow_direct: true,
    deny_delete: true,
    allow_msg_ttl: true,
    subject_delete_marker_ttl: 120 * second,
    allow_rollup_hdrs: true,
    consumer_limits: { inactive_threshold: 36_000 * second, max_ack_pending: 555 },
    metadata: { owner: 'team-a, {the} "first"' },
    max_consumers: 50,
};

describeWithTools("what lives by the subjects of a NATS that the user owns", ["nats-server", "nats"], (tools) => {
    const ends: (() => Promise<unknown> | void)[] = [];
    afterEach(async () => {
        for (const end of ends.splice(0).reverse()) await end();
    });

    async function start(found: FoundCase): Promise<UserNats> {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-reactions-"));
        ends.push(() => fs.rmSync(dir, { recursive: true, force: true }));
        const nats = await UserNats.start(tools, dir, found);
        ends.push(() => nats.close());
        return nats;
    }

    /** Where the servers listen on this machine. */
    const listeningAt = (nats: UserNats, listener: "mqtt" | "leafnodes"): number[] =>
        nats.member.servers.map(({ local }) => local.conf[listener].port);

    /** Streams as the user has them, R3. */
    async function streams(connection: NatsConnection, ...configs: readonly object[]): Promise<StreamApi> {
        const api = new StreamApi(connection, { patienceMs: 10_000 });
        for (const config of configs)
            await waitFor("a stream as found", () =>
                api.create({ storage: "file", num_replicas: 3, ...config } as unknown as StreamConfig),
            );
        return api;
    }

    const settings = async (api: StreamApi, name: string) =>
        (await waitFor(`the settings of ${name}`, () => api.existing(name))).config;
    /** Publishes as a client does that wants to know; the answer is the stream's. */
    const stored = (connection: NatsConnection, subject: string, data = "") =>
        waitFor(`${subject} stored`, async () => {
            const answer = await connection.request(subject, data, { timeout: 5_000 });
            const { stream, seq } = answer.json<{ stream?: string; seq?: number }>();
            return stream === undefined ? undefined : { stream, seq };
        });
    /** What a core subscriber has received. */
    const subscribed = async (connection: NatsConnection, subject: string) => {
        const received: string[] = [];
        connection.subscribe(subject, { callback: (_error, message) => void received.push(message.string()) });
        await connection.flush();
        return received;
    };
    const configs = [
        { name: "AGENTESE", subjects: ["agentese.>"] },
        { name: "EVENTS", subjects: ["events.>"] },
    ];

    it("keeps mappings, guests, other accounts, limits and streams that source, or refuses by name", async () => {
        const guest = { publish: { allow: ["_INBOX.>"] }, subscribe: { allow: ["public.>", "_INBOX.>"] } };
        const mappings = { "legacy.orders.*": "agentese.orders.{{wildcard(1)}}" };
        const orders = {
            jetstream: { max_file: "<< 512M >>", max_mem: "<< 64M >>" },
            users: [
                { user: "api", password: passwords.API_PASSWORD },
                { user: "guest", password: passwords.GUEST_PASSWORD, permissions: guest },
            ],
            mappings,
            exports: [{ stream: "agentese.>" }, { service: "agentese.>" }],
        };
        const accounts = {
            ORDERS: orders,
            BILLING: {
                users: [{ user: "billing", password: "BillingPasswordOfTests" }],
                imports: [
                    { stream: { account: "ORDERS", subject: "agentese.>" }, prefix: "orders" },
                    { service: { account: "ORDERS", subject: "agentese.>" } },
                ],
            },
            SENSORS: { users: [], exports: [{ stream: "far.>" }] },
            $SYS: { users: [{ user: "admin", password: passwords.ADMIN_PASSWORD }] },
        };
        const profile = foundSystem({
            account: "ORDERS",
            users: [
                { name: "api", permissions: {} },
                { name: "guest", permissions: guest },
            ],
            noAuthUser: "guest",
            mappings,
            systemUsers: ["admin"],
        });
        const found: FoundCase = {
            title: "mappings and a guest",
            profile,
            access: { accounts, no_auth_user: "guest" },
            login: asClient,
        };
        // In the beginning the account also imports on the stream's subject.
        const far = { stream: { account: "SENSORS", subject: "far.>" }, to: "agentese.far.>" };
        const importing = {
            ...found,
            access: { ...found.access, accounts: { ...accounts, ORDERS: { ...orders, imports: [far] } } },
        };
        const nats = await start(importing);
        const client = await nats.connect();
        const billing = await nats.connect(login("billing", "BillingPasswordOfTests"));
        const nobody = await nats.connect("no login", "nobody");
        const source = { name: "AGENTESE", filter_subject: "agentese.orders.>" };
        const api = await streams(client, ...configs, { name: "COPY", sources: [source] });
        expect(await stored(client, "legacy.orders.7", "one")).toMatchObject({ stream: "AGENTESE" });
        const seen = { client: await subscribed(client, "agentese.>"), billing: await subscribed(billing, "orders.>") };
        const publics = await subscribed(nobody, "public.>");

        await nats.succeeds(() => nats.bothSubjects());
        // A mapping that is not said stays, and is found before a message is lost by it; so is the import.
        await nats.merge(foundSystem({ ...profile.natsAccount, mappings: {} }), importing);
        await nats.refuses(
            () => nats.scopedSubjects(),
            "AGENTESE: the mapping of legacy.orders.* leads to agentese.orders.* past the region's subjects; say it in nats.found.mappings",
            "AGENTESE: the account imports agentese.far.>, which is not mapped",
        );
        expect((await settings(api, "AGENTESE")).subjects).toEqual(["agentese.>", "use1.agentese.>"]);
        expect(await stored(client, "legacy.orders.8", "two")).toMatchObject({ stream: "AGENTESE" });

        await nats.merge(profile, found);
        await nats.succeeds(() => nats.scopedSubjects());
        seen.client.length = seen.billing.length = 0;
        expect(await stored(client, "legacy.orders.9", "three")).toMatchObject({ stream: "AGENTESE" });
        expect(await stored(client, "agentese.orders.10", "four")).toMatchObject({ stream: "AGENTESE" });
        expect(await stored(billing, "agentese.orders.11", "five")).toMatchObject({ stream: "AGENTESE" });
        const manager = await jetstreamManager(client);
        expect(
            Object.keys((await manager.streams.info("AGENTESE", { subjects_filter: ">" })).state.subjects ?? {}).sort(),
        ).toEqual(["10", "11", "7", "8", "9"].map((number) => `agentese.orders.${number}`));
        await waitFor("the stream that sources it", async () =>
            (await api.existing("COPY")).state.messages === 5 ? true : undefined,
        );
        // Core subscribers, here and in the account that imports, get each message once.
        await stored(client, "agentese.orders.12", "last");
        for (const received of [seen.client, seen.billing])
            await waitFor("the last copy", () => (received.includes("last") ? true : undefined));
        expect(seen).toEqual({
            client: ["three", "four", "five", "last"],
            billing: ["three", "four", "five", "last"],
        });

        // Without a login it is the guest that it was: it may hear what is public, and nothing else.
        client.publish("public.news", "hello");
        await waitFor("what is public", () => (publics.includes("hello") ? true : undefined));
        await expect(nobody.request("$JS.API.STREAM.DELETE.AGENTESE", "", { timeout: 5_000 })).rejects.toThrow();
        const prefixed = nobody.subscribe("use1.agentese.>", { callback: () => undefined });
        await expect(prefixed.closed).resolves.toBeInstanceOf(Error);
        expect((await settings(api, "AGENTESE")).name).toBe("AGENTESE");
        // The system account's own user, and the account's limits.
        const admin = await nats.connect(login("admin", passwords.ADMIN_PASSWORD), "admin");
        expect((await admin.request("$SYS.REQ.SERVER.PING.VARZ", "", { timeout: 5_000 })).data.length).toBeGreaterThan(
            0,
        );
        expect((await manager.getAccountInfo()).limits).toMatchObject({
            max_storage: 512_000_000,
            max_memory: 64_000_000,
        });
    });

    it("refuses requests beside a stream that acknowledges nothing, services, republishes and schedules, and changes nothing", async () => {
        const nats = await start(anonymous);
        const [client, service] = [await nats.connect(), await nats.connect("no login", "service")];
        const api = await streams(
            client,
            { ...configs[0], no_ack: true },
            { ...configs[1], allow_msg_schedules: true },
            { name: "RAW", subjects: ["raw.>"], republish: { src: "raw.>", dest: "events.raw.>" } },
        );
        service.subscribe("agentese.rpc.price", { callback: (_error, message) => void message.respond("42") });
        // As the services of NATS (micro) answer.
        service.subscribe("$SRV.INFO", {
            callback: (_error, message) => {
                const endpoints = [{ name: "tell", subject: "events.tell" }];
                message.respond(JSON.stringify({ type: "io.nats.micro.v1.info_response", name: "teller", endpoints }));
            },
        });
        await service.flush();
        const price = async () => (await client.request("agentese.rpc.price", "how much", { timeout: 5_000 })).string();
        expect(await price()).toBe("42");
        const before = [await settings(api, "AGENTESE"), await settings(api, "EVENTS")];

        await nats.refuses(
            () => nats.bothSubjects(),
            "AGENTESE: acknowledges nothing (no_ack), so services may answer requests on its subject",
            "say nats.republish.AGENTESE: false",
            "EVENTS: takes scheduled messages (allow_msg_schedules)",
            "EVENTS: a service answers requests on events.tell",
            "EVENTS: another stream republishes to events.raw.>",
        );
        expect([await settings(api, "AGENTESE"), await settings(api, "EVENTS")]).toEqual(before);
        expect(await price()).toBe("42");
    });

    it("refuses an account that MQTT clients use, whose sessions get what they got", async () => {
        const nats = await start({ ...anonymous, listeners: { mqtt: { port: 1883 } } });
        const ports = listeningAt(nats, "mqtt");
        const api = await streams(await nats.connect(), ...configs);
        const session = () => waitFor("a session", () => MqttClient.connect(ports[0]!, "device"));
        const first = await session();
        expect(await first.subscribe("agentese/#")).toBe(1);
        first.close();

        await nats.refuses(() => nats.bothSubjects(), "MQTT clients use the account (stream $MQTT_msgs)");
        expect((await settings(api, "AGENTESE")).subjects).toEqual(["agentese.>"]);
        const publisher = await MqttClient.connect(ports[1]!, "publisher", { clean: true });
        await publisher.publish("agentese/x", "while it was away");
        publisher.close();
        const back = await session();
        await waitFor("the session's message", () => (back.received.length > 0 ? true : undefined));
        expect(back.received).toEqual([{ topic: "agentese/x", text: "while it was away", qos: 1 }]);
        back.close();
    });

    it("refuses leaf nodes while core subscribers get copies, and serves theirs where none does", async () => {
        const found = { ...anonymous, listeners: { leafnodes: { port: 7422 } } };
        const quiet = withNatsSettings(found.profile, { republish: { AGENTESE: false, EVENTS: false } });
        const nats = await start({ ...found, profile: quiet });
        const api = await streams(await nats.connect(), ...configs);
        const urls = listeningAt(nats, "leafnodes").map((port) => `nats://127.0.0.1:${port}`);
        const conf = { server_name: "leaf", port: 4222, http_port: 8222, leafnodes: { remotes: [{ urls }] } };
        const leaf = await nats.world.add("leaf", {
            cluster: "leaf",
            servers: [{ pod: "leaf", name: "leaf", conf, env: {}, files: {} }],
        });
        await nats.world.start(leaf);
        const atLeaf = await nats.connect("no login", "at the leaf", leaf.servers);
        await stored(atLeaf, "agentese.before");

        const copying = nats.with({ ...found, profile: foundSystem({ anonymous: true }) });
        await nats.refuses(() => copying.bothSubjects(), "leaf nodes are connected to the account");
        expect((await settings(api, "AGENTESE")).subjects).toEqual(["agentese.>"]);

        await nats.succeeds(() => nats.bothSubjects());
        // The server wants it said where leaf nodes and gateways meet; the patch makes the account, and its README asks for the line.
        await nats.merge(quiet, { ...found, profile: quiet, access: { system_account: "$SYS" } });
        await nats.succeeds(() => nats.scopedSubjects());
        expect(await stored(atLeaf, "agentese.after")).toMatchObject({ stream: "AGENTESE" });
        const moved = await settings(api, "AGENTESE");
        expect(moved.subjects).toEqual(["use1.agentese.>"]);

        // Why copies are refused: what is published at a leaf reaches its subscribers there, and comes back as a copy.
        await waitFor("a copy for core subscribers", () =>
            api.update({ ...moved, republish: { src: "agentese.>", dest: "agentese.>" } }),
        );
        const received = await subscribed(atLeaf, "agentese.>");
        await waitFor("the copy to come", async () => {
            await stored(atLeaf, "agentese.twice", "twice");
            return received.length > 1 ? true : undefined;
        });
        await stored(atLeaf, "agentese.end", "end");
        await waitFor("the end and its copy", () =>
            received.filter((text) => text === "end").length === 2 ? true : undefined,
        );
    });

    it("changes of a stream's settings the subjects, the transform and the republish alone", async () => {
        // AGENTESE acknowledges nothing, and has no core subscriber.
        const profile = withNatsSettings(anonymous.profile, { republish: { AGENTESE: false } });
        const nats = await start({ ...anonymous, profile });
        const client = await nats.connect();
        const full = [
            { ...everySetting, ...configs[0], no_ack: true },
            { ...everySetting, ...configs[1] },
        ];
        const api = await streams(client, ...full);
        const names = ["AGENTESE", "EVENTS"] as const;
        const all = () => Promise.all(names.map((name) => settings(api, name)));
        const expected = (before: readonly StreamConfig[], both: boolean) =>
            before.map((config, index) => {
                const subject = `${names[index]!.toLowerCase()}.>`;
                return {
                    ...config,
                    subjects: [...(both ? [subject] : []), `use1.${subject}`],
                    subject_transform: { src: `use1.${subject}`, dest: subject },
                    ...(!both && index === 1 && { republish: { src: subject, dest: subject } }),
                };
            });
        const before = await all();
        expect(before[0]).toMatchObject({
            no_ack: true,
            discard_new_per_subject: true,
            metadata: everySetting.metadata,
        });

        await nats.succeeds(() => nats.bothSubjects());
        expect(await all()).toEqual(expected(before, true));
        await nats.merge();
        expect(await nats.succeeds(() => nats.scopedSubjects())).toContain(
            "AGENTESE: takes use1.agentese.>, stored as agentese.>, core subscribers get nothing",
        );
        const after = await all();
        expect(after).toEqual(expected(before, false));
        await nats.succeeds(() => nats.scopedSubjects());
        expect(await all()).toEqual(after);

        // The same of the operator's command.
        for (const config of before)
            await waitFor(`${config.name} as it was`, () =>
                api.update({ ...without(config, "subject_transform", "republish") }),
            );
        expect(await all()).toEqual(before);
        const system = await nats.connect(login("sys", passwords.SYS_PASSWORD), "system");
        for (const stream of profile.streams as StreamProfile[]) await takeBothSubjects(api, profile, stream);
        expect(await all()).toEqual(expected(before, true));
        for (const stream of profile.streams)
            await waitFor("the last step", async () => {
                await takeScopedSubjectOnly(api, system, profile, stream, { account: "$G", servers: 3 });
                return true;
            });
        expect(await all()).toEqual(after);
    });
});
