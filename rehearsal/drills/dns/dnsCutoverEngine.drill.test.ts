import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FailoverDns, type FailoverTarget } from "../../../components/failover/failoverDns";
import { cloudFrontZoneId } from "../../../components/failover/failoverDnsRules";
import { LiveName, type ExistingRecord } from "../../../components/failover/failoverDnsLiveName";
import { kgents } from "../../../infra/kgents";
import { requiredTags } from "../../../components/model/requiredTags";
import { startDoubles, type Doubles } from "../../../testbed/doubles/doubles";
import { Engine } from "../../../engine/driver/engine";
import { shippedProject } from "../../shippedProject";
import { describeWithTools } from "../../../engine/toolchain/testTools";

const existing: ExistingRecord = { kind: "addresses", values: ["192.0.2.10"], ttl: 300 };
const pairName = `failover.${kgents.apiHost}`;

describeWithTools("the live name and the standby's record, through the engine", ["pulumi"], (tools) => {
    let dir: string;
    let doubles: Doubles;
    let engine: Engine;
    let program: () => Promise<unknown>;

    beforeAll(async () => {
        dir = mkdtempSync(path.join(tmpdir(), "dns-cutover-"));
        doubles = await startDoubles();
        engine = await Engine.start({
            ...(await shippedProject()),
            tools,
            doubles,
            dir: path.join(dir, "engine"),
            program: async () => (await program()) as object,
        });
    });
    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    /** What is there before this project comes: a zone, and a simple record that clients use. It outlives the stack that made it. */
    const legacy = async () => {
        const opts = { provider: provider("dr"), retainOnDelete: true };
        const zone = new aws.route53.Zone("zone", { name: kgents.zone }, opts);
        new aws.route53.Record(
            "api",
            { zoneId: zone.zoneId, name: kgents.apiHost, type: "A", records: [...existing.values], ttl: existing.ttl },
            opts,
        );
        return { zoneId: zone.zoneId };
    };

    function provider(role: "primary" | "dr"): aws.Provider {
        const region = kgents.regions[role].name as aws.Region;
        return new aws.Provider("aws", { region, defaultTags: { tags: requiredTags(kgents, role) } });
    }

    const withPair =
        (cutover: "pending" | "done" | "back", record: ExistingRecord = existing) =>
        async () => {
            const opts = { providers: [provider("primary")] };
            const { zoneId } = await aws.route53.getZone({ name: kgents.zone }, { provider: opts.providers[0] });
            const shared = { zoneName: kgents.zone, zoneId };
            const pair = new FailoverDns(
                "failover",
                {
                    ...shared,
                    role: "primary",
                    recordName: pairName,
                    target: { kind: "addresses", values: ["192.0.2.10"] },
                    primaryRegion: kgents.regions.primary.name,
                    check: { host: `primary.${kgents.apiHost}` },
                    latch: { bucketName: "latch", region: kgents.regions.dr.name },
                    contracts: kgents.contracts,
                },
                opts,
            );
            new LiveName(
                "live",
                { ...shared, importZoneId: zoneId, liveName: kgents.apiHost, pairName, cutover, existing: record },
                { ...opts, dependsOn: [pair] },
            );
        };

    const standbyHalf = (target: FailoverTarget) => async () => {
        const opts = { providers: [provider("dr")] };
        const { zoneId } = await aws.route53.getZone({ name: kgents.zone }, { provider: opts.providers[0] });
        new FailoverDns(
            "failover",
            { role: "dr", zoneName: kgents.zone, zoneId, recordName: pairName, target, contracts: kgents.contracts },
            opts,
        );
    };

    async function up(role: "primary" | "dr", next: () => Promise<unknown>) {
        program = next;
        const { steps } = await engine.stack(role).up();
        return steps
            .filter(({ op, inCloud }) => inCloud && op !== "same" && op !== "read")
            .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`)
            .sort();
    }

    it("adopts the live record as it is, even if it was described wrongly, then turns it in place as the only step", async () => {
        await engine.stack("dr").setConfig("phase", 10);
        await engine.stack("primary").setConfig("phase", 10);
        await up("dr", legacy);

        const adopted = await up("primary", withPair("pending", { ...existing, ttl: 60 }));
        expect(adopted).toContain("import live-record");
        expect(adopted.filter((step) => !step.startsWith("create ") && step !== "import live-record")).toEqual([]);
        const [record] = (await engine.stack("primary").export()).resources.filter(
            ({ name }) => name === "live-record",
        );
        expect(record?.outputs).toMatchObject({ records: existing.values, ttl: existing.ttl });
        expect(await up("primary", withPair("done"))).toEqual(["update live-record"]);
        expect(await up("primary", withPair("done"))).toEqual([]);
        // "pending" ignores what the record holds: it is no way back.
        expect(await up("primary", withPair("pending"))).toEqual([]);
        expect(await up("primary", withPair("back"))).toEqual(["update live-record"]);
        const [back] = (await engine.stack("primary").export()).resources.filter(({ name }) => name === "live-record");
        expect(back?.outputs).toMatchObject({ records: existing.values, ttl: existing.ttl });
    });

    it("turns the standby's record from the edge to a load balancer in place", async () => {
        await up("dr", standbyHalf({ kind: "alias", name: "d1.cloudfront.net", zoneId: cloudFrontZoneId }));
        const steps = await up(
            "dr",
            standbyHalf({ kind: "alias", name: "standby.us-west-2.elb.amazonaws.com", zoneId: "Z1H1FL5HABSF5" }),
        );
        expect(steps).toEqual(["update failover-record"]);
    });
});
