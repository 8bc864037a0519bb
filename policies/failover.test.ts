import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { FailoverDns } from "../components/failover/failoverDns";
import { kgents } from "../infra/kgents";
import { awsProvider, describePolicy } from "./testing/harness";

/** A pair's PRIMARY half as it should be, with one thing at a time to be wrong. */
interface Change {
    readonly deep?: Partial<aws.route53.HealthCheckArgs>;
    readonly latch?: Partial<aws.route53.HealthCheckArgs>;
    readonly calculated?: Partial<aws.route53.HealthCheckArgs>;
    readonly records?: Partial<aws.route53.RecordArgs>;
    /** Leaves the latch out of the calculated check. */
    readonly unlatched?: boolean;
    /** Leaves the text record out. */
    readonly unmarked?: boolean;
    /** Leaves the check of the records out. */
    readonly unchecked?: boolean;
}

const pairName = `failover.${kgents.apiHost}`;

function primaryHalf(change: Change = {}, provider = awsProvider("primary")): void {
    const opts = { provider };
    const zone = new aws.route53.Zone("zone", { name: kgents.zone }, { ...opts, protect: true });
    const check = (name: string, args: aws.route53.HealthCheckArgs) => new aws.route53.HealthCheck(name, args, opts);
    const endpoint = { type: "HTTPS", port: 443, requestInterval: 10, failureThreshold: 3 };
    const deep = check("deep", { ...endpoint, fqdn: `primary.${kgents.apiHost}`, ...change.deep });
    const latch = check("latch", {
        ...endpoint,
        fqdn: "latch.s3.us-west-2.amazonaws.com",
        invertHealthcheck: true,
        ...change.latch,
    });
    const children = change.unlatched ? [deep.id] : [deep.id, latch.id];
    const both = check("both", {
        type: "CALCULATED",
        childHealthchecks: children,
        childHealthThreshold: children.length,
        ...change.calculated,
    });
    const record = (name: string, args: Pick<aws.route53.RecordArgs, "type" | "records">) =>
        new aws.route53.Record(
            name,
            {
                zoneId: zone.zoneId,
                name: pairName,
                ttl: 60,
                setIdentifier: "primary",
                failoverRoutingPolicies: [{ type: "PRIMARY" }],
                ...(change.unchecked ? {} : { healthCheckId: both.id }),
                ...args,
                ...change.records,
            },
            opts,
        );
    record("record", { type: "A", records: ["192.0.2.1"] });
    if (!change.unmarked) record("marker", { type: "TXT", records: ["primary"] });
}

function standbyHalf(extra: (check: pulumi.Output<string>) => Partial<aws.route53.RecordArgs>): void {
    const opts = { provider: awsProvider("dr") };
    const zone = new aws.route53.Zone("zone", { name: kgents.zone }, { ...opts, protect: true });
    const own = new aws.route53.HealthCheck(
        "own",
        { type: "HTTPS", port: 443, fqdn: "standby.test", requestInterval: 10, failureThreshold: 3 },
        opts,
    );
    const shared = {
        zoneId: zone.zoneId,
        name: pairName,
        setIdentifier: "dr",
        failoverRoutingPolicies: [{ type: "SECONDARY" }],
    };
    new aws.route53.Record("marker", { ...shared, type: "TXT", ttl: 60, records: ["standby"] }, opts);
    const { aliases, ...rest } = extra(own.id);
    const content = aliases === undefined ? { ttl: 60, records: ["198.51.100.1"] } : { aliases };
    new aws.route53.Record("record", { ...shared, type: "A", ...content, ...rest }, opts);
}

const operations = ["preview", "up"] as const;

describePolicy("failover-record-ttl", (judge) => {
    it("stops a TTL that outlasts the contract", async () => {
        const judgement = await judge({ stack: "primary", program: () => primaryHalf({ records: { ttl: 61 } }) });
        expect(judgement.messages).toEqual([
            'failover record "marker" has ttl 61 s; allowed are 60 s (contract record-ttl): set ttl: 60.',
            'failover record "record" has ttl 61 s; allowed are 60 s (contract record-ttl): set ttl: 60.',
        ]);
        expect(judgement.policies).toEqual(["failover-record-ttl"]);
        expect(judgement.exitCode).not.toBe(0);
    });
});

describePolicy("failover-trigger-time", (judge) => {
    it("stops the roadmap's first proposal, 30 s × 3, which a silent region makes 108 s", async () => {
        const judgement = await judge({
            stack: "primary",
            program: () => primaryHalf({ deep: { requestInterval: 30 } }),
        });
        expect(judgement.messages).toEqual([
            'health check "deep" can take 108 s to notice (3 × (30 s + 6 s)); allowed are 90 s (contract failover-trigger): use requestInterval 10 with failureThreshold 3.',
        ]);
        expect(judgement.policies).toEqual(["failover-trigger-time"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops a check that leaves interval and threshold to Route 53's defaults", async () => {
        const judgement = await judge({
            stack: "primary",
            program: () => primaryHalf({ deep: { requestInterval: undefined, failureThreshold: undefined } }),
        });
        expect(judgement.messages).toEqual([expect.stringContaining('health check "deep" can take 108 s')]);
    });
});

describePolicy("rto-budget", (judge) => {
    it("stops parts whose sum breaks the API's recovery time", async () => {
        const judgement = await judge({ stack: "primary", program: () => primaryHalf({ records: { ttl: 200 } }) });
        const message = (name: string) =>
            `failover record "${name}" brings clients back after 308 s (detection 48 s + TTL 200 s + start-up 60 s); ` +
            "allowed are 300 s (contract api-rto): shorten the TTL, the check's interval or its threshold.";
        expect(judgement.messages).toEqual([message("marker"), message("record")]);
        expect(judgement.exitCode).not.toBe(0);
    });
});

describePolicy("failover-pair-complete", (judge) => {
    it.each<[string, Change, string]>([
        ["a PRIMARY without a check", { unchecked: true }, "is the PRIMARY and has no health check of this stack"],
        ["a calculated check without the latch", { unlatched: true }, "follows no STOP latch"],
        [
            "a threshold that lets one check be outvoted",
            { calculated: { childHealthThreshold: 1 } },
            "needs 1 of 2 healthy checks",
        ],
        ["a record without its text", { unmarked: true }, "has no TXT record of the same name and role beside it"],
        [
            "another name than the pair's",
            { records: { name: `pair.${kgents.zone}` } },
            "is named pair.kgents.io; both halves of the pair are failover.api.kgents.io",
        ],
    ])("stops %s", async (_title, change, message) => {
        const judgement = await judge({ stack: "primary", program: () => primaryHalf(change) });
        expect(judgement.messages[0]).toContain(message);
        expect(judgement.policies).toEqual(["failover-pair-complete"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops a SECONDARY that follows a check, its own or its target's", async () => {
        const checked = await judge({ program: () => standbyHalf((healthCheckId) => ({ healthCheckId })) });
        expect(checked.messages).toEqual([
            'failover record "record" is the SECONDARY and has a health check, so a stumble of the standby brings a latched primary back: leave healthCheckId out.',
        ]);
        const evaluated = await judge({
            program: () =>
                standbyHalf(() => ({
                    aliases: [{ name: "lb.elb.amazonaws.com", zoneId: "Z1H1FL5HABSF5", evaluateTargetHealth: true }],
                })),
        });
        expect(evaluated.messages).toEqual([
            'failover record "record" is the SECONDARY and evaluates its target\'s health, which is a check too: set evaluateTargetHealth: false.',
        ]);
        expect(evaluated.exitCode).not.toBe(0);
    });

    it.each(operations)("has nothing to say against our own halves, and can look, in a %s", async (operation) => {
        const own = (role: "primary" | "dr") => () => {
            const provider = awsProvider(role);
            const zone = new aws.route53.Zone("zone", { name: kgents.zone }, { provider, protect: true });
            const shared = {
                zoneName: kgents.zone,
                zoneId: zone.zoneId,
                recordName: pairName,
                target: { kind: "addresses", values: ["192.0.2.1"] },
                contracts: kgents.contracts,
            } as const;
            const args =
                role === "dr"
                    ? ({ ...shared, role } as const)
                    : ({
                          ...shared,
                          role,
                          primaryRegion: "us-east-1",
                          check: { host: `primary.${kgents.apiHost}` },
                          latch: { bucketName: "latch", region: "us-west-2" },
                      } as const);
            new FailoverDns("failover", args, { providers: [provider] });
        };
        for (const role of ["primary", "dr"] as const) {
            const judgement = await judge({ stack: role, operation, program: own(role) });
            expect(judgement).toMatchObject({ policies: [], unlooked: [], exitCode: 0 });
        }
    });
});

describePolicy("no-disabled-checks", (judge) => {
    it("stops a disabled check", async () => {
        const judgement = await judge({ stack: "primary", program: () => primaryHalf({ deep: { disabled: true } }) });
        expect(judgement.messages).toEqual([
            'health check "deep" is disabled, which means healthy for ever: remove disabled; to hold a primary out, set the STOP latch.',
        ]);
        expect(judgement.policies).toEqual(["no-disabled-checks"]);
        expect(judgement.exitCode).not.toBe(0);
    });
});

describePolicy("latch-outside-primary", (judge) => {
    it("stops a latch in the primary region, by its check and by its bucket", async () => {
        const judgement = await judge({
            stack: "primary",
            program: () => {
                const provider = awsProvider("primary");
                primaryHalf({ latch: { fqdn: "latch.s3.us-east-1.amazonaws.com" } }, provider);
                new aws.s3.Bucket(
                    "beside",
                    { bucket: "latch", tags: { Purpose: "stop-latch" } },
                    { provider, protect: true },
                );
            },
        });
        expect(judgement.messages).toEqual([
            'latch bucket "beside" is in us-east-1, the primary region: put it into the standby\'s.',
            'latch check "latch" asks latch.s3.us-east-1.amazonaws.com, in us-east-1, the primary region: the latch belongs into the standby\'s.',
        ]);
        expect(judgement.policies).toEqual(["latch-outside-primary"]);
        expect(judgement.exitCode).not.toBe(0);
    });
});
