import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { gateFile } from "./natsGate";
import { limitTable, plannedServer, smallerThanPrimary, type ServerFacts, type Varz } from "./serverLimits";
import { obstacleTable, promotionObstacles, type LiveSettings } from "./streamPromotability";

/** The gate's program over an answer, as its script runs it. */
function judged(what: string, input: string, env: Readonly<Record<string, string>> = {}, asked = ""): string[] {
    const output = execFileSync("awk", ["-v", `what=${what}`, "-v", `asked=${asked}`, gateFile("judge.awk")], {
        input,
        encoding: "utf8",
        env: { PATH: process.env.PATH, ...env },
    });
    return output.split("\n").slice(0, -1);
}

const streams: readonly [string, Partial<LiveSettings> & Readonly<Record<string, unknown>>][] = [
    ["plain", {}],
    ["a work queue", { retention: "workqueue" }],
    ["interest", { retention: "interest", storage: "memory" }],
    ["a retention that does not exist yet", { retention: "interests" }],
    ["memory", { storage: "memory" }],
    ["last value a subject", { max_msgs_per_subject: 1 }],
    ["no limit a subject", { max_msgs_per_subject: -1 }],
    ["discard new without a limit", { discard: "new", max_msgs: -1, max_bytes: -1 }],
    ["discard new with a number", { discard: "new", max_msgs: 10, max_bytes: -1 }],
    ["discard new with a size", { discard: "new", max_msgs: -1, max_bytes: 1e12 }],
    ["discard new with both", { discard: "new", max_msgs: 10, max_bytes: 10 }],
    ["no acknowledgement", { no_ack: true }],
    ["acknowledgements", { no_ack: false, sealed: false }],
    ["a seal", { sealed: true }],
    ["everything at once", { retention: "workqueue", storage: "memory", max_msgs_per_subject: 5, no_ack: true }],
    ["a name with signs that tools read", { name: "A&B-c{d}[1]", retention: "workqueue" }],
    [
        "what other parts of the settings say",
        {
            metadata: { retention: "workqueue", text: 'a "quoted" }, { and \\ escaped' },
            sources: [{ name: "X", storage: "memory" }, { filter_subject: "a.>" }],
            subjects: [],
            consumer_limits: { max_msgs_per_subject: 3 },
        },
    ],
];

describe("the gate's program", () => {
    it.each(streams)("finds what the dr command finds in the way of a stream: %s", (_what, change) => {
        const config = { name: "ORDERS", retention: "limits", storage: "file", discard: "old", ...change };
        const info = { config, state: { messages: 3, no_ack: true }, cluster: { name: "nats", storage: "memory" } };
        const expected = promotionObstacles(config);
        for (const text of [JSON.stringify(info, undefined, 2), JSON.stringify(info)])
            expect(judged("stream", text, { OBSTACLES: obstacleTable() })).toEqual(expected);
    });

    it("says so if an answer is not what it can read", () => {
        expect(judged("stream", '{"config": {', { OBSTACLES: obstacleTable() })).toEqual([
            'the answer cannot be read: {"config": {',
        ]);
    });

    const gib = 1024 ** 3;
    const { natsCluster: here } = fixtureSystem.regions.primary;
    const { natsCluster: there } = fixtureSystem.regions.dr;
    const stock: Varz = {
        max_payload: 1_048_576,
        jetstream: { config: { max_memory: 0, max_storage: 20 * gib }, stats: { memory: 0, storage: 5 } },
    };
    const of = (name: string, cluster: string, change: object = {}): ServerFacts => ({
        server: { name, cluster },
        data: { ...stock, ...change },
    });
    const wide = {
        ...{
            max_payload: 64 * 1024 ** 2,
            tls_cert_not_after: "2027-01-01T00:00:00Z",
            mqtt: { host: "0.0.0.0", port: 1883 },
        },
        ...{ websocket: { port: 80, tls_timeout: 2.5 }, leaf: { port: 7422, remotes: [{ port: 1 }] } },
        jetstream: { config: { max_memory: gib, max_storage: 7_999_999_999_999 }, stats: { memory: 4096, storage: 9 } },
    };

    it.each<[string, ServerFacts[]]>([
        ["equal", [of("a", here), of("b", there)]],
        ["everything is wider in the primary", [of("a", here), of("w", here, wide), of("b", there), of("c", there)]],
        ["everything is wider in the standby", [of("a", here), of("b", there, wide)]],
        ["one standby server is smaller", [of("a", here, wide), of("b", there, wide), of("c", there)]],
        ["JetStream is off", [of("a", here, wide), of("b", there, { jetstream: {} })]],
        ["a witness answers as well", [of("a", here), of("b", there), of("z", "witness", wide)]],
    ])("finds what the dr command finds smaller in the standby: %s", (_what, servers) => {
        const env = { LIMITS: limitTable(), PRIMARY: here, STANDBY: there, PLANNED: "" };
        const lines = servers.map((one) => JSON.stringify(one)).join("\n");
        const noise = `nats: warning: something\n${lines}\n`;
        expect(judged("servers", noise, env)).toEqual(smallerThanPrimary(servers, here, there));
    });

    it("takes what is planned for a standby that is not there yet", () => {
        const planned = plannedServer(fixtureSystem, 20);
        const servers = [of("a", here, wide)];
        const env = { LIMITS: limitTable(), PRIMARY: here, STANDBY: there, PLANNED: JSON.stringify(planned) };
        const found = judged("servers", JSON.stringify(servers[0]), env);
        expect(found).toEqual(smallerThanPrimary([...servers, planned], here, there));
        expect(found).toHaveLength(7);
    });

    it("counts the servers of a cluster that answered, and names their accounts once", () => {
        const account = (name: string, cluster: string, accounts: string[]) =>
            JSON.stringify({ server: { name, cluster, id: "N1" }, data: { system_account: "$SYS", accounts } });
        const lines = [
            account("a", here, ["$G", "APP"]),
            account("b", here, ["APP", "BILLING"]),
            account("c", there, ["X"]),
        ];
        expect(judged("count", lines.join("\n"), {}, here)).toEqual(["2"]);
        expect(judged("count", "nats: error: no responders\n", {}, here)).toEqual(["0"]);
        expect(judged("accounts", lines.join("\n"), { PRIMARY: here })).toEqual(["$G", "APP", "BILLING"]);
    });

    it.each<[string, object, string[]]>([
        ["no limit", { storage: 900, streams: 9, limits: { max_storage: -1, max_streams: -1 } }, []],
        ["room for both copies", { storage: 500, streams: 2, limits: { max_storage: 1000, max_streams: 5 } }, []],
        [
            "room for one copy only",
            { storage: 501, streams: 3, limits: { max_storage: 1000, max_streams: 5 } },
            [
                "max_file of the account: its streams hold 501 of 1000 bytes, and their mirrors in the standby need as much again. Raise it to 1002 or more",
                "max_streams of the account: it has 3 of 5, and the standby adds 3. Raise it to 6 or more",
            ],
        ],
    ])("knows whether the account has room for the mirrors: %s", (_what, info, expected) => {
        expect(judged("account", JSON.stringify(info), { MIRRORS: "3" })).toEqual(expected);
    });
});
