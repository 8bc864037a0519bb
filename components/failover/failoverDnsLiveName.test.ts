import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { record } from "../testing/record";
import { LiveName, validateLiveName, type LiveNameArgs } from "./failoverDnsLiveName";

const args: LiveNameArgs = {
    zoneName: "atlas.example",
    zoneId: "Z1",
    importZoneId: "Z1",
    liveName: "gateway.atlas.example",
    pairName: "failover.gateway.atlas.example",
    cutover: "pending",
    existing: { kind: "addresses", values: ["192.0.2.1"], ttl: 300 },
};
const type = "aws:route53/record:Record";

describe("LiveName", () => {
    it("adopts the record as it is while the cutover is pending", async () => {
        const recording = await record(() => new LiveName("live", args));
        expect(recording.one(type).inputs).toEqual({
            zoneId: "Z1",
            name: "gateway.atlas.example",
            type: "A",
            records: ["192.0.2.1"],
            ttl: 300,
        });
    });

    it("turns the same record to an alias of the pair, which follows the pair's health", async () => {
        const recording = await record(() => new LiveName("live", { ...args, cutover: "done" }));
        expect(recording.one(type, "live-record").inputs).toEqual({
            zoneId: "Z1",
            name: "gateway.atlas.example",
            type: "A",
            aliases: [{ name: "failover.gateway.atlas.example", zoneId: "Z1", evaluateTargetHealth: true }],
        });
    });

    it("is again what was described on the way back, and asks for the description", async () => {
        const recording = await record(() => new LiveName("live", { ...args, cutover: "back" }));
        expect(recording.one(type).inputs).toEqual({
            zoneId: "Z1",
            name: "gateway.atlas.example",
            type: "A",
            records: ["192.0.2.1"],
            ttl: 300,
        });
        expect(validateLiveName({ ...args, cutover: "back", existing: undefined })).toEqual([
            "existing is missing: nothing says what the name led to before the cutover",
        ]);
    });

    it("imports nothing where the update leaves it out, because the engine would", async () => {
        const importsOf = async (deployed: boolean) => {
            const imports: unknown[] = [];
            await record(async () => {
                pulumi.runtime.registerStackTransformation(({ type: made, opts }) => {
                    if (made === type) imports.push((opts as pulumi.CustomResourceOptions).import);
                    return undefined;
                });
                new LiveName("live", { ...args, isDeployed: async () => deployed });
            });
            return imports;
        };
        expect(await importsOf(true)).toEqual(["Z1_gateway.atlas.example_A"]);
        expect(await importsOf(false)).toEqual([undefined]);
    });

    it("leaves a name alone that it was told nothing about", async () => {
        const recording = await record(() => new LiveName("live", { ...args, existing: undefined }));
        expect(recording.children).toEqual(["drkit:index:LiveName live"]);
    });

    it("refuses a pair under the live name", () => {
        expect(validateLiveName({ ...args, pairName: "gateway.atlas.example" })).toEqual([
            'pairName is "gateway.atlas.example", the live name itself: a failover record cannot join the simple record that is there; use a name of its own, such as "failover.gateway.atlas.example"',
        ]);
    });
});
