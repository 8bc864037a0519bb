import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import type { SystemProfile } from "../model/profile";
import { standbyMarkers } from "../standby/standbyCanaryRules";
import { natsAccess, subjectMappings } from "./natsAccounts";
import { validateNatsMember } from "./natsMember";
import { asDestination, destinationPattern, subjectOf, subjectRoot, subjectsOverlap } from "./natsSubjects";

describe("a stream's subject", () => {
    it.each([
        ["orders.>", "orders", "orders.canary", "orders.>"],
        ["shop.orders.>", "shop.orders", "shop.orders.canary", "shop.orders.>"],
        [
            "telemetry.v1.readings.*",
            "telemetry.v1.readings",
            "telemetry.v1.readings.canary",
            "telemetry.v1.readings.{{wildcard(1)}}",
        ],
    ])("%s has its words, a subject of its own, and what a message is sent to", (subject, root, own, destination) => {
        expect(subjectRoot(subject)).toBe(root);
        expect(subjectOf(subject, "canary")).toBe(own);
        expect(asDestination(subject)).toBe(destination);
    });
});

const system: SystemProfile = {
    ...fixtureSystem,
    streams: fixtureSystem.streams.map((stream) =>
        stream.name === "Readings" ? { ...stream, subject: "telemetry.v1.readings.*" } : stream,
    ),
};

describe("a system with a stream of word.*", () => {
    it("is one that NATS can have", () => {
        expect(validateNatsMember({ profile: system, role: "primary" })).toEqual([]);
    });

    it("maps its subject to that of each region by the word's number, as the server takes no star there", () => {
        expect(subjectMappings(system)["telemetry.v1.readings.*"]).toEqual([
            { destination: "euc1.telemetry.v1.readings.{{wildcard(1)}}", weight: "100%", cluster: "frankfurt" },
            { destination: "euw1.telemetry.v1.readings.{{wildcard(1)}}", weight: "100%", cluster: "dublin" },
        ]);
    });

    it("has a marker that the stream stores", () => {
        expect(standbyMarkers(system)[2]!.subject).toBe("telemetry.v1.readings.standby-marker");
    });
});

describe("what a user may publish to a stream of word.*", () => {
    it.each([
        ["one of its subjects", "telemetry.v1.readings.north", ["euc1.telemetry.v1.readings.north"]],
        ["all of them", "telemetry.v1.readings.*", ["euc1.telemetry.v1.readings.*"]],
        ["more than all of them", "telemetry.>", ["euc1.telemetry.v1.readings.*"]],
        ["all words that follow", "telemetry.v1.readings.>", ["euc1.telemetry.v1.readings.*"]],
        ["a subject with a word too many", "telemetry.v1.readings.north.raw", []],
        ["another stream's", "audit.login", ["euc1.audit.login"]],
    ])("is widened by the region's subjects for %s", (_what, subject, twins) => {
        const users = [{ name: "app", permissions: { publish: subject } }];
        const natsAccount = { account: "APP", systemAccount: "$SYS", users, anonymous: false };
        const { accounts } = natsAccess({ ...system, natsAccount }, fixtureSystem.regions.primary) as any;
        expect(accounts.APP.users[0].permissions.publish.allow).toEqual([subject, ...twins]);
    });
});

describe("two subjects", () => {
    it.each([
        ["a.b", "a.b", true],
        ["a.b", "a.c", false],
        ["a.*", "*.b", true],
        ["a.>", "a.b.c", true],
        ["a.>", "a", false],
        [">", "a", true],
        ["*", "a.b", false],
        ["a.*.c", "a.>", true],
        ["a.*.c", "a.b.d", false],
    ])("%s and %s have a common one: %s", (one, other, expected) => {
        expect(subjectsOverlap(one, other)).toBe(expected);
        expect(subjectsOverlap(other, one)).toBe(expected);
    });

    it("of a destination are any where it takes a word from its source", () => {
        expect(destinationPattern("a.{{wildcard(1)}}.$2.{{partition(3,1)}}.>")).toBe("a.*.*.*.>");
    });
});
