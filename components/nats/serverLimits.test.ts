import { describe, expect, it } from "vitest";
import type { NatsAcceptance, SystemProfile } from "../model/profile";
import { fixtureSystem } from "../testing/fixtureSystem";
import { natsChartValues } from "./natsChartValues";
import {
    fullServers,
    knownAccounts,
    plannedServer,
    smallerThanPrimary,
    stockAcceptance,
    type Varz,
} from "./serverLimits";

const gib = 1024 ** 3;
const stock: Varz = {
    max_payload: 1024 ** 2,
    websocket: {},
    mqtt: {},
    leaf: {},
    jetstream: { config: { max_memory: 0, max_storage: 20 * gib }, stats: { memory: 0, storage: 0 } },
};
const server = (name: string, cluster: string, change: Varz = {}) => ({
    server: { name, cluster },
    data: { ...stock, ...change },
});
const jetstream = (max_storage: number, storage = 0, memory = 0) => ({
    jetstream: { config: { max_memory: 0, max_storage }, stats: { memory, storage } },
});

describe("what a standby accepts less of than its primary", () => {
    const found = (primary: Varz, standby: Varz = {}) =>
        smallerThanPrimary(
            [server("nats-0", "here"), server("nats-1", "here", primary), server("usw2-0", "there", standby)],
            "here",
            "there",
        );

    it("is nothing where it accepts the same or more", () => {
        expect(found({})).toEqual([]);
        expect(found({}, { ...jetstream(500 * gib), max_payload: 8 * 1024 ** 2, websocket: { port: 8080 } })).toEqual(
            [],
        );
    });

    it.each<[string, Varz, string]>([
        [
            "a larger message",
            { max_payload: 8_388_608 },
            "max_payload: nats-1 of the primary takes 8388608 bytes, usw2-0 1048576. It would refuse messages that the primary takes. " +
                "Set nats.found.accepts.maxPayload to 8388608 in all three stacks",
        ],
        [
            "TLS for clients",
            { tls_cert_not_after: "2027-01-01T00:00:00Z" },
            "tls: nats-1 of the primary serves TLS to clients, usw2-0 does not. Clients with TLS could not connect after a failover. " +
                "Set nats.found.accepts.tlsSecret in all three stacks, to a Secret of the standby's NATS namespace",
        ],
        [
            "a listener",
            { websocket: { port: 8080 } },
            "websocket: nats-1 of the primary listens on port 8080, usw2-0 does not listen. Its clients could not connect after a failover. " +
                "Set nats.found.accepts.websocketPort to 8080 in all three stacks",
        ],
        ["MQTT", { mqtt: { port: 1883 } }, "Set nats.found.accepts.mqttPort to 1883 in all three stacks"],
        ["leaf nodes", { leaf: { port: 7422 } }, "Set nats.found.accepts.leafnodesPort to 7422 in all three stacks"],
        [
            "streams in memory",
            jetstream(20 * gib, 0, 3 * 1024 ** 2 + 1),
            "max_memory_store: nats-1 of the primary stores 3145729 bytes in memory, usw2-0 may store 0. " +
                "Set nats.found.accepts.memoryStoreMib to 4 or more in all three stacks",
        ],
        [
            "a larger volume",
            jetstream(500 * gib),
            "max_file_store: nats-1 of the primary has 536870912000 bytes, usw2-0 21474836480. The mirrors stop when it is full. " +
                "Set nats.volumeGib of the standby's stack to 500 or more, before its servers are made",
        ],
    ])("is %s of any of the primary's servers, by its setting", (_what, primary, text) => {
        expect(found(primary)).toEqual([expect.stringContaining(text)]);
    });

    it("is not the memory that a nats.conf allows without a word: what is in use counts", () => {
        expect(found({ jetstream: { config: { max_memory: 12 * gib, max_storage: 20 * gib }, stats: {} } })).toEqual(
            [],
        );
    });

    it("is not looked for where no server of the primary answers", () => {
        expect(smallerThanPrimary([server("usw2-0", "there")], "here", "there")).toEqual([]);
    });
});

describe("the standby of a NATS that is the user's own", () => {
    const accepts: NatsAcceptance = {
        maxPayload: 8_388_608,
        memoryStoreMib: 512,
        volumeGib: 500,
        websocketPort: 8080,
        mqttPort: 1883,
        leafnodesPort: 7422,
        tlsSecret: "nats-client-tls",
        accountsLeftOut: ["BILLING"],
    };
    const following: SystemProfile = { ...fixtureSystem, natsAcceptance: accepts };
    const gateway = { tlsSecret: "nats-gateway-tls" };
    const valuesOf = (profile: SystemProfile, role: "primary" | "dr") =>
        natsChartValues({ profile, role, gateway, storageSize: "500Gi" });

    it("accepts what was found: messages, TLS, listeners, memory", () => {
        const { config, container } = valuesOf(following, "dr");
        const tls = { enabled: true, secretName: "nats-client-tls" };
        expect(config.merge).toMatchObject({ max_payload: 8_388_608, allow_non_tls: true });
        expect(config.jetstream.merge).toEqual({ sync_interval: "always", max_memory_store: "<< 512Mi >>" });
        expect(config.nats).toEqual({ port: 4222, tls });
        expect(config.websocket).toEqual({ enabled: true, port: 8080, tls });
        expect(config.mqtt).toEqual({ enabled: true, port: 1883, tls });
        expect(config.leafnodes).toEqual({ enabled: true, port: 7422 });
        expect(container.resources).toMatchObject({ limits: { memory: "1280Mi" } });
    });

    it("plans for the gate exactly what its servers will say: nothing is smaller than what was found", () => {
        const primary = {
            ...server("nats-0", fixtureSystem.regions.primary.natsCluster, {
                max_payload: 8_388_608,
                tls_cert_not_after: "2027-01-01T00:00:00Z",
                websocket: { port: 8080 },
                mqtt: { port: 1883 },
                leaf: { port: 7422 },
                ...jetstream(500 * gib, 0, 512 * 1024 ** 2),
            }),
        };
        const { primary: here, dr } = fixtureSystem.regions;
        const smaller = (profile: SystemProfile, gibs: number) =>
            smallerThanPrimary([primary, plannedServer(profile, gibs)], here.natsCluster, dr.natsCluster);
        expect(smaller(following, 500)).toEqual([]);
        expect(smaller(fixtureSystem, 499)).toHaveLength(7);
    });

    it("changes nothing of the primary's values: its owner has them already, in their own words", () => {
        expect(valuesOf(following, "primary")).toEqual(valuesOf(fixtureSystem, "primary"));
    });

    it("knows the accounts that are the standby's, the server's own and those left out", () => {
        expect(knownAccounts(following)).toEqual(["$G", "$SYS", "APP", "BILLING"]);
    });

    it("is the program's own NATS where nothing was found: both regions accept the same, and differ in names and subjects only", () => {
        const [primary, standby] = [valuesOf(fixtureSystem, "primary"), valuesOf(fixtureSystem, "dr")];
        const accepted = ({ config, container }: typeof primary) => ({
            ...{ nats: config.nats, jetstream: config.jetstream, resources: container.resources },
            ...{ websocket: config.websocket, mqtt: config.mqtt, leafnodes: config.leafnodes },
            ...{ payload: config.merge["max_payload"], accounts: Object.keys(config.merge["accounts"] as object) },
        });
        expect(accepted(standby)).toEqual(accepted(primary));
        expect(stockAcceptance).toEqual({ maxPayload: 1_048_576, memoryStoreMib: 0, accountsLeftOut: [] });
    });
});

describe("how full servers are", () => {
    it.each<[string, number, { full: string[]; nearly: string[] }]>([
        ["has room", 15 * gib, { full: [], nearly: [] }],
        [
            "is nearly full",
            16 * gib,
            { full: [], nearly: ["usw2-0 is nearly full: it holds 16.0 GiB of 20.0 GiB (max_file_store)"] },
        ],
        [
            "is full",
            21 * gib,
            {
                full: ["usw2-0 is full: it holds 21.0 GiB of 20.0 GiB (max_file_store), and stores no message more"],
                nearly: [],
            },
        ],
    ])("says which one %s", (_what, storage, expected) => {
        const servers = [
            server("usw2-0", "there", jetstream(20 * gib, storage)),
            server("nats-0", "here", jetstream(gib, gib)),
        ];
        expect(fullServers(servers, "there")).toEqual(expected);
    });

    it("says which one switched JetStream off, as a server does whose disk is full", () => {
        expect(fullServers([server("usw2-0", "there", { jetstream: {} })], "there").full).toEqual([
            "usw2-0 has switched JetStream off: its disk is full, or failed. See its log",
        ]);
    });
});
