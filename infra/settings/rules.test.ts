import { describe, expect, it } from "vitest";
import { issuesOf, read } from "./testing/stackSettings";

const valid = { phase: 10 };

describe("readSettings", () => {
    it.each([
        [{ cluster: { nodes: "5" } }, "cluster.nodes"],
        [{ alerts: { prometheus: { operator: "true" } } }, "alerts.prometheus.operator"],
    ])("removes a value in quotes before it is set, because Pulumi would keep the quotes: %j", (values, key) => {
        expect(issuesOf({ ...valid, ...values }).map(({ remedy }) => remedy)).toEqual([
            `pulumi config rm --stack primary --path kgents-dr:${key}, then pulumi config set --stack primary --path kgents-dr:${key} <value>`,
        ]);
    });

    it("takes the streams of the profile only for a republish, and proposes the nearest", () => {
        expect(read({ ...valid, nats: { republish: { EVENTS: false } } }).settings.nats.republish).toEqual({
            EVENTS: false,
        });
        expect(issuesOf({ ...valid, nats: { republish: { EVENT: false, AGENTESE: true } } })).toEqual([
            {
                key: "kgents-dr:nats.republish.EVENT",
                found: "a key that does not exist",
                allowed: "the keys AGENTESE, EVENTS",
                remedy: "did you mean EVENTS? pulumi config rm --stack primary --path kgents-dr:nats.republish.EVENT",
            },
        ]);
        expect(issuesOf({ ...valid, nats: { republish: { EVENTS: "no" } } })).toMatchObject([
            { key: "kgents-dr:nats.republish.EVENTS", found: '"no"', allowed: "true or false" },
        ]);
    });

    it("refuses volumes of the standby that are smaller than what the primary's own NATS was found with", () => {
        const found = { anonymous: true, accepts: { volumeGib: 500 } };
        expect(issuesOf({ ...valid, nats: { found } }, "dr")).toEqual([
            {
                key: "kgents-dr:nats.volumeGib",
                found: undefined,
                allowed:
                    "a whole number from 500, which the primary's servers have (nats.found.accepts.volumeGib): the mirrors stop when a volume is full",
                remedy: "pulumi config set --stack dr --path kgents-dr:nats.volumeGib <value>",
            },
        ]);
        expect(issuesOf({ ...valid, nats: { found, volumeGib: 499 } }, "dr")).toMatchObject([{ found: "499" }]);
        expect(issuesOf({ ...valid, nats: { found, volumeGib: 500 } }, "dr")).toEqual([]);
        // In the primary the setting means nothing: NATS is the user's own.
        expect(issuesOf({ ...valid, nats: { owner: "user", found } })).toEqual([]);
    });

    it("takes what the primary's own NATS accepts, and names a limit that no server has", () => {
        const accepts = { maxPayload: 8_388_608, websocketPort: 8080, tlsSecret: "nats-client-tls" };
        expect(read({ ...valid, nats: { found: { anonymous: true, accepts } } }).settings.nats.found?.accepts).toEqual({
            ...accepts,
            memoryStoreMib: 0,
            accountsLeftOut: [],
        });
        expect(
            issuesOf({ ...valid, nats: { found: { accepts: { maxPayload: "8MB", max_payload: 1 } } } }),
        ).toMatchObject([
            { key: "kgents-dr:nats.found.accepts.maxPayload", allowed: "a whole number from 1 to 67108864" },
            { key: "kgents-dr:nats.found.accepts.max_payload" },
        ]);
    });
});
