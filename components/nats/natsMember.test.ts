import { describe, expect, it } from "vitest";
import type { RegionProfile, Role, SystemProfile } from "../model/profile";
import { fixtureSystem } from "../testing/fixtureSystem";
import { atLeast, validateMetaQuorum, validateNatsMember } from "./natsMember";

const region = (role: Role, change: Partial<RegionProfile>): SystemProfile => ({
    ...fixtureSystem,
    regions: { ...fixtureSystem.regions, [role]: { ...fixtureSystem.regions[role], ...change } },
});
const stream = (change: Partial<SystemProfile["streams"][number]>): SystemProfile => ({
    ...fixtureSystem,
    streams: fixtureSystem.streams.map((one, index) => (index === 0 ? { ...one, ...change } : one)),
});

describe("validateNatsMember", () => {
    it("accepts the system as it is, with and without gateways", () => {
        expect(validateNatsMember({ profile: fixtureSystem, role: "primary" })).toEqual([]);
        expect(
            validateNatsMember({ profile: fixtureSystem, role: "dr", gateway: { tlsSecret: "nats-gateway-tls" } }),
        ).toEqual([]);
    });

    it.each([
        [
            "two regions with one cluster name",
            region("dr", { natsCluster: "frankfurt" }),
            /regions\.dr\.natsCluster: "frankfurt" is also that of primary/,
        ],
        [
            "two regions with one short name",
            region("dr", { short: "euc1" }),
            /regions\.dr\.short: "euc1" is also that of primary/,
        ],
        ["a name that is no DNS label", region("dr", { natsCluster: "US_W" }), /allowed are DNS labels in lower case/],
        [
            "a subject that begins with a region",
            stream({ subject: "euc1.shop.orders.>" }),
            /a mapping would match its own result/,
        ],
        ["a subject with a wildcard inside", stream({ subject: "a.*.>" }), /allowed are "word\.>" and "word\.\*"/],
        [
            "a subject without the final wildcard",
            stream({ subject: "shop.orders" }),
            /allowed are "word\.>" and "word\.\*"/,
        ],
        [
            "subjects that overlap",
            stream({ subject: "audit.shop.orders.>" }),
            /streams\.audit-log\.subject: "audit\.>" overlaps that of ORDERS/,
        ],
        ["a stream name with a dot", stream({ name: "A.B" }), /stream name "A\.B" found/],
        ["a stream called like another's mirror", stream({ name: "audit-log-copy" }), /"audit-log-copy" is taken/],
        ["more replicas than servers", region("primary", { natsServers: 3 }), /replicas: 5 found, with 3 servers/],
    ])("names %s", (_, profile, message) => {
        const issues = validateNatsMember({ profile, role: "primary" });
        expect(issues).toHaveLength(1);
        expect(issues[0]).toMatch(message);
    });

    it("names an empty TLS secret", () => {
        expect(validateNatsMember({ profile: fixtureSystem, role: "dr", gateway: { tlsSecret: " " } })).toEqual([
            "gateway.tlsSecret: empty; name the Secret that holds tls.crt, tls.key and ca.crt",
        ]);
    });
});

describe("validateMetaQuorum", () => {
    it.each([
        ["two regions of three and a witness", { "eu-central-1": 3, "eu-west-1": 3, "eu-west-3": 1 }],
        ["three regions of three", { "eu-central-1": 3, "eu-west-1": 3, "eu-west-3": 3 }],
        ["five, three and three", { "eu-central-1": 5, "eu-west-1": 3, "eu-west-3": 3 }],
    ])("accepts %s", (_, voters) => {
        expect(validateMetaQuorum(voters)).toEqual([]);
    });

    it("names both regions of a pair without a witness, and what is left", () => {
        const issues = validateMetaQuorum({ "eu-central-1": 3, "eu-west-1": 3 });
        expect(issues).toHaveLength(3);
        expect(issues[0]).toBe(
            "without eu-central-1, 3 of 6 NATS servers are left and 4 are needed to elect a meta leader " +
                "(eu-central-1 holds 3); add a witness with JetStream in a region of its own",
        );
    });

    it("names an even number of voters, though every region could be lost", () => {
        expect(validateMetaQuorum({ "eu-central-1": 3, "eu-west-1": 3, "eu-west-3": 2 })).toEqual([
            "8 servers vote, an even number, which survives no more than 7 do; take one away, or add one elsewhere",
        ]);
    });

    it("names the region that holds the quorum alone", () => {
        expect(validateMetaQuorum({ "eu-central-1": 5, "eu-west-1": 3, "eu-west-3": 1 })).toEqual([
            expect.stringMatching(/^without eu-central-1, 4 of 9 NATS servers are left and 5 are needed/),
        ]);
    });
});

describe("atLeast", () => {
    it.each([
        ["2.14.7-alpine", true],
        ["2.14.9-alpine3.22", true],
        ["2.15.0", true],
        ["3.0.0", true],
        ["2.14.6", false],
        ["2.10-alpine", false],
        ["2.15.0-RC.1", false],
        ["latest", false],
    ])("%s against 2.14.7 is %s", (tag, expected) => {
        expect(atLeast(tag, "2.14.7")).toBe(expected);
    });
});
