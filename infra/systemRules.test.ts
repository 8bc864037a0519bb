import { describe, expect, it } from "vitest";
import { nameLimits } from "../components/model/nameLimits";
import type { RegionProfile, Role, SystemProfile } from "../components/model/profile";
import { fixtureSystem } from "../components/testing/fixtureSystem";
import { derivedNames } from "./derivedNames";
import { kgents } from "./kgents";
import { systemIssues } from "./systemRules";

const withRegion = (role: Role, change: Partial<RegionProfile>): SystemProfile => ({
    ...fixtureSystem,
    regions: { ...fixtureSystem.regions, [role]: { ...fixtureSystem.regions[role], ...change } },
});
const withStreams = (...subjects: string[]): SystemProfile => ({
    ...fixtureSystem,
    streams: subjects.map((subject, index) => ({ name: `S${index}`, subject, replicas: 3, mirror: `S${index}_COPY` })),
});

describe("systemIssues", () => {
    it.each([
        ["kgents", kgents],
        ["the fixture", fixtureSystem],
    ])("finds nothing wrong with %s", (_name, system) => {
        expect(systemIssues(system)).toEqual([]);
    });

    it("refuses a system without a witness region", () => {
        const { primary, dr } = fixtureSystem.regions;
        const system = { ...fixtureSystem, regions: { primary, dr } } as SystemProfile;
        expect(systemIssues(system)).toEqual([
            "regions.witness: nothing found; without a third region that votes, the loss of either region leaves no majority, " +
                "and no stream can be promoted: name an AWS region, a short name, a range and a NATS cluster",
        ]);
    });

    it("refuses two roles in one region", () => {
        expect(systemIssues(withRegion("dr", { name: "eu-central-1" }))).toEqual([
            'regions.dr.name: "eu-central-1" is also that of primary; each role needs a region of its own, or its loss takes two votes along',
        ]);
    });

    it.each([
        ["shop.>", "shop.orders.>"],
        ["shop.orders.>", "shop.>"],
        ["shop.>", "shop.>"],
    ])("refuses subject %s beside %s, in either order", (one, other) => {
        expect(systemIssues(withStreams(one, other))).toEqual([
            `streams.S1.subject: "${other}" overlaps that of S0; each subject has one stream`,
        ]);
    });

    it("does not take a common beginning of two words for a prefix", () => {
        expect(systemIssues(withStreams("shop.>", "shopping.>"))).toEqual([]);
    });

    it.each(["two words", "a.b", "a*", "a>", "a/b", "a\\b", "", "tab\there", "ü"])(
        "refuses the stream name %j",
        (name) => {
            const [first, ...others] = fixtureSystem.streams;
            const system = { ...fixtureSystem, streams: [{ ...first!, name }, ...others] };
            expect(systemIssues(system)).toEqual([
                `streams.${name}: stream name "${name}" found; allowed are letters, digits, "_" and "-"`,
            ]);
        },
    );

    it("refuses a stream name that is longer than NATS takes", () => {
        const [first, ...others] = fixtureSystem.streams;
        const system = { ...fixtureSystem, streams: [{ ...first!, name: "A".repeat(256) }, ...others] };
        expect(systemIssues(system)).toEqual([
            `streams.${"A".repeat(256)}: a name of 256 characters found; NATS takes at most 255`,
        ]);
    });

    it("refuses a mirror named like another stream", () => {
        const [first, ...others] = fixtureSystem.streams;
        const system = { ...fixtureSystem, streams: [{ ...first!, mirror: "audit-log" }, ...others] };
        expect(systemIssues(system)).toEqual([
            'streams.audit-log: the stream name "audit-log" is taken; each stream needs its own',
        ]);
    });

    it.each(["customer-portal", "x".repeat(63)])(
        "takes a name that is too long for a balancer's to begin with: %s",
        (name) => {
            expect(systemIssues({ ...fixtureSystem, name })).toEqual([]);
        },
    );

    it("refuses what cannot be cut: a name that is no label, and host names that DNS does not take", () => {
        expect(systemIssues({ ...fixtureSystem, name: "x".repeat(64) })).toEqual([
            `name: "${"x".repeat(64)}" has 64 characters; allowed are at most 63`,
        ]);
        const zone = `${"z".repeat(60)}.${"y".repeat(60)}.${"x".repeat(60)}.${"w".repeat(55)}.example`;
        expect(systemIssues({ ...fixtureSystem, zone, apiHost: `api.${zone}` })).toEqual([
            `zone, apiHost: the host name "nats-0.gw.euc1.${zone}" cannot be; DNS allows 253 characters, and 63 between two dots`,
        ]);
        const long = `${"a".repeat(64)}.atlas.example`;
        expect(systemIssues({ ...fixtureSystem, apiHost: long })).toEqual([
            `zone, apiHost: the host name "${long}" cannot be; DNS allows 253 characters, and 63 between two dots`,
        ]);
    });

    it.each(["Atlas", "1atlas", "atlas_eu", "atlas-", ""])("refuses the name %j", (name) => {
        expect(systemIssues({ ...fixtureSystem, name })).toContain(
            `name: "${name}" found; allowed are lower-case letters, digits and hyphens, beginning with a letter`,
        );
    });

    it("refuses ranges that overlap or are none", () => {
        expect(systemIssues(withRegion("witness", { vpcCidr: "10.50.9.0/24" }))).toEqual([
            "regions.witness.vpcCidr: 10.50.9.0/24 overlaps 10.50.0.0/16 of dr; the networks are peered, so give each a range of its own",
        ]);
        expect(systemIssues(withRegion("dr", { vpcCidr: "10.50.0.1/16" }))).toEqual([
            'regions.dr.vpcCidr: "10.50.0.1/16" found; allowed is a range that starts at its first address, such as 10.20.0.0/16',
        ]);
    });

    it("refuses more replicas than the standby has servers, and votes that are even or held by one region", () => {
        expect(systemIssues(withRegion("dr", { natsServers: 4 }))).toEqual([
            "regions.dr.natsServers: 4 found, and ORDERS_COPY has 5 replicas; allowed are at least as many",
            "without primary, eu-central-1, 5 of 10 NATS servers are left and 6 are needed to elect a meta leader " +
                "(primary, eu-central-1 holds 5); add a witness with JetStream in a region of its own",
            "10 servers vote, an even number, which survives no more than 9 do; take one away, or add one elsewhere",
        ]);
    });

    it("tells everything at once", () => {
        const system = {
            ...withRegion("dr", { name: "eu-central-1", short: "euc1" }),
            name: "customer_portal",
            apiHost: "api.example.org",
        };
        expect(systemIssues(system)).toHaveLength(4);
    });
});

describe("derivedNames", () => {
    it("has names of every kind that a system's name is part of", () => {
        const kinds = new Set(derivedNames(fixtureSystem).map(({ kind }) => kind));
        // A node group's name also holds its instance types, which are settings.
        expect(Object.keys(nameLimits).filter((kind) => !kinds.has(kind as keyof typeof nameLimits))).toEqual([
            "node group",
        ]);
    });

    it.each(["customer-portal", "x".repeat(63)])(
        "cuts every name of system %s to its limit, and never two to one",
        (name) => {
            const names = derivedNames({ ...fixtureSystem, name });
            for (const { kind, name: one } of names)
                expect(one.length, `${kind} ${one}`).toBeLessThanOrEqual(
                    nameLimits[kind] + (kind === "KMS alias" ? 6 : 0),
                );
            const all = names.map(({ kind, name: one }) => `${kind} ${one}`);
            expect(all).toEqual([...new Set(all)]);
        },
    );
});
