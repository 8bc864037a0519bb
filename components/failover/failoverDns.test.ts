import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aliasTtl } from "../model/contract";
import { fixtureSystem } from "../testing/fixtureSystem";
import { record } from "../testing/record";
import { FailoverDns, type PrimaryFailoverDnsArgs } from "./failoverDns";
import { cloudFrontZoneId, detectionBound, validateFailoverDns, type FailoverDnsFacts } from "./failoverDnsRules";

const primary: PrimaryFailoverDnsArgs = {
    role: "primary",
    zoneName: "atlas.example",
    zoneId: "Z1",
    recordName: "failover.gateway.atlas.example",
    target: { kind: "alias", name: "primary.elb.amazonaws.com", zoneId: "ZELB" },
    primaryRegion: "eu-central-1",
    check: { host: "primary.gateway.atlas.example" },
    latch: { bucketName: "latch", region: "eu-west-1" },
    contracts: fixtureSystem.contracts,
};

const facts: FailoverDnsFacts = { ...primary, check: { host: primary.check.host } };

describe("validateFailoverDns", () => {
    it("finds nothing wrong with the roadmap's pair", () => {
        expect(validateFailoverDns(facts)).toEqual([]);
    });

    it.each<[string, Partial<FailoverDnsFacts>, string]>([
        [
            "a record name outside the zone",
            { recordName: "failover.example.com" },
            'recordName is "failover.example.com"; it has to lie inside the zone, such as "failover.api.atlas.example"',
        ],
        [
            "threshold 0",
            { check: { host: "h.atlas.example", threshold: 0 } },
            "check.threshold is 0; Route 53 allows a whole number from 1 to 10",
        ],
        [
            "threshold 11",
            { check: { host: "h.atlas.example", threshold: 11 } },
            "check.threshold is 11; Route 53 allows a whole number from 1 to 10",
        ],
        [
            "an interval of 20 s",
            { check: { host: "h.atlas.example", interval: 20 } },
            "check.interval is 20; Route 53 allows 10 or 30 s",
        ],
        [
            "30 s × 3",
            { check: { host: "h.atlas.example", interval: 30 } },
            "check.threshold × (check.interval + 6 s) is 108 s (3 × (30 s + 6 s)); allowed are 80 s (contract failover-trigger): use 10 s × 3",
        ],
        [
            "a check without a host",
            { check: { host: "" } },
            'check.host is missing; a check needs the host that only the primary answers to, such as "primary.api.atlas.example"',
        ],
        [
            "a check of the pair itself",
            { check: { host: "failover.gateway.atlas.example" } },
            'check.host is "failover.gateway.atlas.example", the failover name itself: the check would follow the answer that it decides; use a name that only the primary answers to',
        ],
        [
            "a latch in the primary region",
            { latch: { region: "eu-central-1" } },
            'latch.region is "eu-central-1", the primary region: the latch has to be writable while that region is gone; use the standby\'s region',
        ],
        [
            "a TTL on an alias",
            { target: { kind: "alias", ttl: 60 } },
            "target.ttl is 60; an alias has no TTL of its own (a load balancer's is 60 s, fixed): leave it out",
        ],
        [
            "a TTL of 300 s",
            { target: { kind: "addresses", ttl: 300 } },
            "target.ttl is 300; allowed is a whole number from 1 to 60 s (contract record-ttl)",
        ],
        [
            "CloudFront's health",
            { target: { kind: "alias", zoneId: cloudFrontZoneId, evaluateTargetHealth: true } },
            "target.evaluateTargetHealth is true; CloudFront reports no health: leave it out",
        ],
        [
            "a path without a slash",
            { check: { host: "h.atlas.example", path: "health" } },
            'check.path is "health"; it has to begin with "/"',
        ],
        [
            "port 0",
            { check: { host: "h.atlas.example", port: 0 } },
            "check.port is 0; allowed is a whole number from 1 to 65535",
        ],
        [
            "two checker regions",
            { check: { host: "h.atlas.example", checkerRegions: ["us-east-1", "eu-west-1"] } },
            "check.checkerRegions has 2; Route 53 wants 3 or more, or leave it out for all 8",
        ],
    ])("names %s", (_title, change, message) => {
        expect(validateFailoverDns({ ...facts, ...change })).toEqual([message]);
    });

    it("refuses an alias where the contract is below the time that one is kept, and takes addresses", () => {
        const recordTtl = { ...facts.contracts.recordTtl, limit: aliasTtl - 1 };
        const contracts = { ...facts.contracts, recordTtl };
        const alias = { target: { kind: "alias" } } as const;
        expect(validateFailoverDns({ ...facts, ...alias, contracts })).toEqual([
            'target.kind is "alias"; an alias to a load balancer or a distribution is kept for 60 s, and contract record-ttl allows 59 s: ' +
                "use addresses, whose TTL can be set",
        ]);
        expect(validateFailoverDns({ ...facts, target: { kind: "addresses" }, contracts })).toEqual([]);
        expect(validateFailoverDns({ ...facts, ...alias })).toEqual([]);
    });

    it("allows exactly the checks whose longest detection keeps the contract", () => {
        fc.assert(
            fc.property(fc.constantFrom(10, 30), fc.integer({ min: 1, max: 10 }), (interval, threshold) => {
                const issues = validateFailoverDns({
                    ...facts,
                    check: { host: "h.atlas.example", interval, threshold },
                });
                expect(issues.length === 0).toBe(detectionBound({ interval, threshold }) <= 80);
            }),
        );
    });
});

describe("FailoverDns", () => {
    it("makes the primary's half: three checks, the checked host, the record and its marker", async () => {
        const recording = await record(() => new FailoverDns("pair", primary));
        expect(recording.children).toEqual([
            "aws:route53/healthCheck:HealthCheck pair-available",
            "aws:route53/healthCheck:HealthCheck pair-deep",
            "aws:route53/healthCheck:HealthCheck pair-latch",
            "aws:route53/record:Record pair-host",
            "aws:route53/record:Record pair-marker",
            "aws:route53/record:Record pair-record",
            "drkit:index:FailoverDns pair",
        ]);
        expect(recording.one("aws:route53/healthCheck:HealthCheck", "pair-deep").inputs).toEqual({
            type: "HTTPS",
            fqdn: "primary.gateway.atlas.example",
            resourcePath: "/health",
            port: 443,
            requestInterval: 10,
            failureThreshold: 3,
            enableSni: true,
            tags: { Name: "pair-deep" },
        });
        expect(recording.one("aws:route53/healthCheck:HealthCheck", "pair-latch").inputs).toEqual({
            type: "HTTPS",
            fqdn: "latch.s3.eu-west-1.amazonaws.com",
            resourcePath: "/STOP",
            port: 443,
            requestInterval: 10,
            failureThreshold: 3,
            enableSni: true,
            invertHealthcheck: true,
            tags: { Name: "pair-latch" },
        });
        expect(recording.one("aws:route53/healthCheck:HealthCheck", "pair-available").inputs).toEqual({
            type: "CALCULATED",
            childHealthchecks: ["pair-deep-id", "pair-latch-id"],
            childHealthThreshold: 2,
            tags: { Name: "pair-available" },
        });
        const shared = {
            zoneId: "Z1",
            name: "failover.gateway.atlas.example",
            setIdentifier: "primary",
            failoverRoutingPolicies: [{ type: "PRIMARY" }],
            healthCheckId: "pair-available-id",
        };
        const aliases = [{ name: "primary.elb.amazonaws.com", zoneId: "ZELB", evaluateTargetHealth: false }];
        expect(recording.one("aws:route53/record:Record", "pair-record").inputs).toEqual({
            ...shared,
            type: "A",
            aliases,
        });
        expect(recording.one("aws:route53/record:Record", "pair-marker").inputs).toEqual({
            ...shared,
            type: "TXT",
            ttl: 60,
            records: ["primary"],
        });
        expect(recording.one("aws:route53/record:Record", "pair-host").inputs).toEqual({
            zoneId: "Z1",
            name: "primary.gateway.atlas.example",
            type: "A",
            aliases,
        });
    });

    it("makes the standby's half: two records and no check", async () => {
        const recording = await record(() => {
            new FailoverDns("pair", {
                role: "dr",
                zoneName: "atlas.example",
                zoneId: "Z1",
                recordName: "failover.gateway.atlas.example",
                target: { kind: "addresses", values: ["192.0.2.1"], ttl: 30 },
                contracts: fixtureSystem.contracts,
            });
        });
        expect(recording.children).toEqual([
            "aws:route53/record:Record pair-marker",
            "aws:route53/record:Record pair-record",
            "drkit:index:FailoverDns pair",
        ]);
        const shared = {
            zoneId: "Z1",
            name: "failover.gateway.atlas.example",
            setIdentifier: "dr",
            failoverRoutingPolicies: [{ type: "SECONDARY" }],
            ttl: 30,
        };
        expect(recording.one("aws:route53/record:Record", "pair-record").inputs).toEqual({
            ...shared,
            type: "A",
            records: ["192.0.2.1"],
        });
        expect(recording.one("aws:route53/record:Record", "pair-marker").inputs).toEqual({
            ...shared,
            type: "TXT",
            records: ["standby"],
        });
    });

    it("fails with every mistake at once, before it registers anything", async () => {
        let seen = 0;
        const wrong = {
            ...primary,
            recordName: "failover.example.com",
            check: { host: "", threshold: 0 },
            latch: { bucketName: "latch", region: "eu-central-1" },
        };
        const attempt = record(() => {
            try {
                new FailoverDns("pair", wrong);
            } catch (error) {
                seen = String(error).split("\n- ").length - 1;
                throw error;
            }
        });
        await expect(attempt).rejects.toThrow(/^FailoverDns "pair":\n- recordName is/);
        expect(seen).toBe(4);
    });
});
