import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { natsAccess } from "./natsAccounts";
import { formatNatsConf, parseNatsConf } from "./natsConf";
import { natsWitnessConf, witnessConfOf, witnessConfStep } from "../witness/natsWitnessConfig";

describe("formatNatsConf", () => {
    it("writes variables and sizes without quotes, as the chart does", () => {
        const text = formatNatsConf({ jetstream: { max_file_store: "<< 20Gi >>" }, password: "<< $APP_PASSWORD >>" });
        expect(text).toBe('{\n  "jetstream": {\n    "max_file_store": 20Gi\n  },\n  "password": $APP_PASSWORD\n}\n');
    });

    it("turns include keys into directives", () => {
        expect(formatNatsConf({ zz$include: "./more.conf" })).toBe("{\n  include ./more.conf;\n}\n");
    });
});

describe("parseNatsConf", () => {
    it.each([
        ["a member's accounts and users", natsAccess(fixtureSystem, fixtureSystem.regions.primary)],
        ["the witness's configuration", natsWitnessConf(fixtureSystem)],
    ])("reads back %s", (_, conf) => {
        expect(parseNatsConf(formatNatsConf(conf))).toEqual(conf);
    });

    it("fails on anything else, and says so", () => {
        expect(() => parseNatsConf("port: 4222")).toThrow(/^not a nats\.conf that this program wrote/);
    });
});

describe("natsWitnessConf", () => {
    const conf = natsWitnessConf(fixtureSystem);

    it("votes and holds no stream", () => {
        expect(conf.server_tags).toEqual(["!jetstream"]);
        expect(conf.jetstream).toEqual({
            max_memory_store: 0,
            store_dir: "/var/lib/nats",
            max_file_store: "<< 10Gi >>",
            sync_interval: "always",
        });
        expect(conf.cluster).toEqual({
            name: "paris",
            host: "127.0.0.1",
            port: 6222,
            routes: ["nats://127.0.0.1:6222"],
        });
        expect(conf.server_name).toBe("euw3-nats-0");
    });

    it("knows every member, and is known by an address of its own", () => {
        expect(conf.gateway.advertise).toBe("nats-0.gw.euw3.atlas.example:7222");
        expect(conf.gateway.gateways.map((remote: { name: string }) => remote.name)).toEqual([
            "frankfurt",
            "dublin",
            "paris",
        ]);
    });

    it("holds no password", () => {
        expect(JSON.stringify(conf)).not.toMatch(/password/i);
    });

    it("travels in the boot script", () => {
        const script = `#!/bin/sh\nset -eu\n${witnessConfStep(conf)}systemctl start nats\n`;
        expect(witnessConfOf(script)).toEqual(conf);
        expect(() => witnessConfOf("#!/bin/sh\n")).toThrow("the witness's boot script writes no nats.conf");
    });
});
