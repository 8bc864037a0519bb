import { beforeAll, describe, expect, it } from "vitest";
import { fingerprint, losses, sampleLosses, summarise, triggerBounds, withCheck } from "./dnsDistribution";
import { failoverFixture } from "./testing/dnsFixture";
import { findPair, type DeployedPair } from "../../kit/environments/dnsPair";

let pair: DeployedPair;
beforeAll(async () => {
    pair = findPair(await failoverFixture({ onStandby: "latch" }));
});

describe("sampleLosses", () => {
    it.each(losses)("stays inside the arithmetic, and inside the contracts, when the region is %s", (loss) => {
        const sample = sampleLosses(pair, loss, { seeds: 500, firstSeed: 1 });
        const { from, to } = triggerBounds(sample);
        const trigger = summarise(sample.triggers);
        expect(trigger.min).toBeGreaterThanOrEqual(from);
        expect(trigger.max).toBeLessThanOrEqual(to);
        expect(trigger.max).toBeLessThanOrEqual(90);
        expect(summarise(sample.outages["honours-ttl"]).max).toBeLessThanOrEqual(300);
    });

    it("shows that 30 s × 3 can break the contract in a silent region, and 10 s × 3 cannot", () => {
        const slow = sampleLosses(withCheck(pair, { interval: 30, threshold: 3 }), "silent", {
            seeds: 500,
            firstSeed: 1,
        });
        expect(summarise(slow.triggers).max).toBeGreaterThan(90);
        expect(summarise(slow.triggers).max).toBeLessThanOrEqual(102.2);
    });

    it("finds the same for the same seed, and something else for another", () => {
        const run = (firstSeed: number) => fingerprint([sampleLosses(pair, "silent", { seeds: 50, firstSeed })]);
        expect(run(1)).toBe(run(1));
        expect(run(1)).not.toBe(run(2));
    });
});
