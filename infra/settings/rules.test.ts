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
});
