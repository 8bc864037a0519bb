import { describe, expect, it } from "vitest";
import { kgents, type RegionProfile, type Role, type SystemProfile } from "../../infra/profile";
import { atLeast, validateMetaQuorum, validateNatsMember } from "./natsMember";

const region = (role: Role, change: Partial<RegionProfile>): SystemProfile => ({
    ...kgents,
    regions: { ...kgents.regions, [role]: { ...kgents.regions[role], ...change } },
});
const stream = (change: Partial<SystemProfile["streams"][number]>): SystemProfile => ({
    ...kgents,
    streams: kgents.streams.map((one, index) => (index === 0 ? { ...one, ...change } : one)),
});

describe("validateNatsMember", () => {
    it("accepts the system as it is, with and without gateways", () => {
        expect(validateNatsMember({ profile: kgents, role: "primary" })).toEqual([]);
        expect(validateNatsMember({ profile: kgents, role: "dr", gateway: { tlsSecret: "nats-gateway-tls" } })).toEqual(
            [],
        );
    });

    it.each([
        [
            "two regions with one cluster name",
            region("dr", { natsCluster: "nats" }),
            /regions\.dr\.natsCluster: "nats" is also that of primary/,
        ],
        [
            "two regions with one short name",
            region("dr", { short: "use1" }),
            /regions\.dr\.short: "use1" is also that of primary/,
        ],
        ["a name that is no DNS label", region("dr", { natsCluster: "US_W" }), /allowed are DNS labels in lower case/],
        [
            "a subject that begins with a region",
            stream({ subject: "use1.agentese.>" }),
            /a mapping would match its own result/,
        ],
        ["a subject with a wildcard inside", stream({ subject: "a.*.>" }), /allowed is "word\.>"/],
        ["a subject without the final wildcard", stream({ subject: "agentese" }), /allowed is "word\.>"/],
        [
            "subjects that overlap",
            stream({ subject: "events.agentese.>" }),
            /streams\.EVENTS\.subject: "events\.>" overlaps that of AGENTESE/,
        ],
        ["a stream name with a dot", stream({ name: "A.B" }), /stream name "A\.B" found/],
        ["a stream called like another's mirror", stream({ name: "EVENTS_MIRROR" }), /"EVENTS_MIRROR" is taken/],
        ["more replicas than servers", stream({ replicas: 5 }), /replicas: 5 found, with 3 servers/],
    ])("names %s", (_, profile, message) => {
        const issues = validateNatsMember({ profile, role: "primary" });
        expect(issues).toHaveLength(1);
        expect(issues[0]).toMatch(message);
    });

    it("names an empty TLS secret", () => {
        expect(validateNatsMember({ profile: kgents, role: "dr", gateway: { tlsSecret: " " } })).toEqual([
            "gateway.tlsSecret: empty; name the Secret that holds tls.crt, tls.key and ca.crt",
        ]);
    });
});

describe("validateMetaQuorum", () => {
    it.each([
        ["two regions of three and a witness", { "us-east-1": 3, "us-west-2": 3, "us-east-2": 1 }],
        ["three regions of three", { "us-east-1": 3, "us-west-2": 3, "us-east-2": 3 }],
        ["five, three and three", { "us-east-1": 5, "us-west-2": 3, "us-east-2": 3 }],
    ])("accepts %s", (_, voters) => {
        expect(validateMetaQuorum(voters)).toEqual([]);
    });

    it("names both regions of a pair without a witness, and what is left", () => {
        const issues = validateMetaQuorum({ "us-east-1": 3, "us-west-2": 3 });
        expect(issues).toHaveLength(3);
        expect(issues[0]).toBe(
            "without us-east-1, 3 of 6 NATS servers are left and 4 are needed to elect a meta leader " +
                "(us-east-1 holds 3); add a witness with JetStream in a region of its own",
        );
    });

    it("names an even number of voters, though every region could be lost", () => {
        expect(validateMetaQuorum({ "us-east-1": 3, "us-west-2": 3, "us-east-2": 2 })).toEqual([
            "8 servers vote, an even number, which survives no more than 7 do; take one away, or add one elsewhere",
        ]);
    });

    it("names the region that holds the quorum alone", () => {
        expect(validateMetaQuorum({ "us-east-1": 5, "us-west-2": 3, "us-east-2": 1 })).toEqual([
            expect.stringMatching(/^without us-east-1, 4 of 9 NATS servers are left and 5 are needed/),
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
