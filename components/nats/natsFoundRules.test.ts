import { describe, expect, it } from "vitest";
import type { NatsAccountProfile } from "../model/profile";
import { fixtureSystem } from "../testing/fixtureSystem";
import { validateFoundNats } from "./natsFoundRules";
import { foundFeatures, type FoundDeployment } from "./natsPatchArgs";
import { found, system } from "./testing/foundNats";

const of = (deployment: Partial<FoundDeployment>, profile = system()) =>
    validateFoundNats({ ...found, ...deployment }, profile);
const account = (more: Partial<NatsAccountProfile>) => of({}, system(more));
const api = { name: "api", permissions: {} };

describe("what is found of a NATS of the user's own", () => {
    it("can be merged when all that the patch writes is said", () => {
        expect(of({})).toEqual([]);
        expect(of({ monitorPort: 0 })).toEqual([]);
        expect(account({ users: [api], noAuthUser: "api", systemUsers: ["admin"] })).toEqual([]);
        expect(account({ users: [], anonymous: true })).toEqual([]);
    });

    it("is refused while a key that the patch writes is unknown, each by its name", () => {
        const unknown = { monitorPort: undefined, uses: undefined };
        const profile = system({ users: [{ name: "api" }], mappings: undefined, systemUsers: undefined });
        expect(of(unknown, profile).map((issue) => issue.slice(0, issue.indexOf(";")))).toEqual([
            'users: no permissions found for "api"',
            "systemUsers: missing",
            "mappings: missing",
            "monitorPort: missing",
            "uses: missing",
        ]);
    });

    it.each<[string, string[], string]>([
        ["accounts that an operator signs", of({ accounts: "operator" }), 'accounts: "operator" found'],
        ["a domain", of({ domain: "hub" }), 'domain: "hub" found'],
        [
            "streams in the system account",
            account({ account: "$SYS" }),
            'account: "$SYS" is the system account as well',
        ],
        ["the system account's user", account({ users: [{ ...api, name: "sys" }] }), 'users: "sys" found twice'],
        [
            "a user of both accounts",
            account({ users: [{ ...api, name: "admin" }], systemUsers: ["admin"] }),
            'users: "admin" found twice',
        ],
        ["a patch that locks every client out", account({ users: [] }), "users: none, and anonymous: false"],
        [
            "a client without a login that nobody knows",
            account({ users: [api], anonymous: true }),
            "anonymous: true beside users (api)",
        ],
        [
            "a client without a login that would be no user",
            account({ users: [api], noAuthUser: "guest" }),
            'noAuthUser: "guest" is none of nats.found.users (api)',
        ],
        [
            "two answers on who has no login",
            account({ users: [api], noAuthUser: "api", anonymous: true }),
            'anonymous: true beside noAuthUser: "api"',
        ],
        ["a monitoring port that nobody asks", of({ monitorPort: 9222 }), "monitorPort: 9222 found"],
        ["an even number of servers", of({}, system({ servers: 4 })), "servers: 4 found; allowed are odd numbers"],
        [
            "a subject that the transform of its Jobs cannot end in",
            of(
                {},
                {
                    ...system(),
                    streams: [{ ...fixtureSystem.streams[2]!, subject: "telemetry.v1.readings.*" }],
                },
            ),
            'streams: Readings takes "telemetry.v1.readings.*"; with a NATS of your own, allowed are subjects that end in ".>"',
        ],
    ])("refuses %s by name", (_what, issues, message) => {
        expect(issues).toEqual([expect.stringContaining(message)]);
    });

    it.each(foundFeatures)("refuses %s, which the patch would serve otherwise, with the way out", (feature) => {
        expect(of({ uses: [feature] })).toEqual([expect.stringMatching(`^uses: ${feature} found; .+`)]);
    });

    it("takes leaf nodes where no core subscriber gets a copy", () => {
        const streams = fixtureSystem.streams.map((stream) => ({ ...stream, republish: false }));
        expect(of({ uses: ["leafNodes"] }, { ...system(), streams })).toEqual([]);
        expect(of({ uses: ["mqtt"] }, { ...system(), streams })).toHaveLength(1);
    });

    it.each<[string, unknown, string]>([
        ["shop.orders.old.*", "x.{{wildcard(1)}}", '"shop.orders.old.*" overlaps shop.orders.>, which the patch maps'],
        ["*.new", "x.y", '"*.new" overlaps audit.>'],
        ["euc1.audit.a", "x.y", '"euc1.audit.a" overlaps euc1.audit.>'],
        ["$JS.API.CONSUMER.INFO.ORDERS.*", "x.{{wildcard(1)}}", "overlaps $JS.API.CONSUMER.INFO.ORDERS.*"],
        ["t.*.*", "{{wildcard(1)}}.{{wildcard(2)}}", "inside a stream's subject for some messages only"],
        ["t.>", ">", "inside a stream's subject for some messages only"],
        [
            "t",
            [
                { destination: "audit.t", weight: "50%" },
                { destination: "u", weight: "50%" },
            ],
            "Allowed are destinations that all are, or none",
        ],
        ["t", [{ destination: "audit.t", weight: "100%", cluster: "nats" }], "which names a cluster"],
        ["t", [{ destination: "audit.t" }], "allowed are a subject, and objects with destination, weight and cluster"],
    ])("refuses the mapping of %s to %j by name", (source, destination, message) => {
        const issues = account({ mappings: { [source]: destination } });
        expect(issues).toEqual([expect.stringContaining(message)]);
        expect(issues[0]).toMatch(/^mappings: /);
    });

    it("takes mappings beside the streams, and such that lead into one", () => {
        const mappings = {
            "legacy.*": "audit.{{wildcard(1)}}",
            "a.*": "auditing.$1",
            b: [{ destination: "c", weight: 10, cluster: "x" }],
            "d.>": "audits.>",
        };
        expect(account({ mappings })).toEqual([]);
    });
});
