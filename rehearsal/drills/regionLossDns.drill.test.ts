import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectOnRecord } from "../goldens/golden";
import { kgents } from "../../infra/kgents";
import { drillPassed } from "../../report/verdict";
import { failoverFixture } from "./dns/testing/dnsFixture";
import { dnsRegionLoss } from "./regionLossDns";
import type { Deployments } from "../kit/context";
import { runScript } from "../kit/runDrill";
import { drillContext } from "../kit/testing/drillContext";

let workDir: string;
beforeEach(async () => {
    workDir = await mkdtemp(join(tmpdir(), "dns-drill-"));
});
afterEach(() => rm(workDir, { recursive: true, force: true }));

const run = (deployments: Deployments, seed = 1) =>
    runScript(dnsRegionLoss, drillContext({ deployments, tools: {}, workDir, seed }));

const red = (result: Awaited<ReturnType<typeof run>>) =>
    result.checks.filter(({ passed }) => !passed).map(({ id, actual }) => `${id}: ${actual}`);

describe("region-loss-dns", () => {
    it("passes over what phase 12 deploys, where the watcher pages and a person sets the latch", async () => {
        const result = await run(await failoverFixture({ onStandby: "page" }));
        expect(red(result)).toEqual([]);
        expect(drillPassed(result, kgents.contracts)).toBe(true);
        expect(result.controlPlaneCalls).toBe(0);
        expect(result.details).toMatchObject({
            realPass: { standbyAnswers: { status: 503, retryAfter: "60" } },
            latchWatcher: { mode: "page" },
        });
    });

    it("passes over what phase 13 deploys, where the watcher sets the latch", async () => {
        const result = await run(await failoverFixture({ onStandby: "latch" }));
        expect(red(result)).toEqual([]);
        expect(result.details).toMatchObject({
            realPass: { standbyAnswers: { status: 200 } },
            latchWatcher: { mode: "latch", pages: 1 },
        });
        expectOnRecord(
            "checks/region-loss-dns",
            result.checks.map(({ id }) => id),
        );
    });

    it("finds the same for the same seed, but for the times of the real pass", async () => {
        const deployments = await failoverFixture({ onStandby: "latch" });
        const withoutRealTimes = ({ details, ...result }: Awaited<ReturnType<typeof run>>) => ({
            ...result,
            details: { ...details, realPass: undefined },
        });
        expect(withoutRealTimes(await run(deployments, 3))).toEqual(withoutRealTimes(await run(deployments, 3)));
    });

    it.each(dnsRegionLoss.sabotages.map((sabotage) => [sabotage.id, sabotage] as const))(
        "turns red for %s, by the check that names the reason",
        async (_id, sabotage) => {
            const result = await run(sabotage.apply!(await failoverFixture({ onStandby: "latch" })));
            expect(result.checks.find(({ id }) => id === sabotage.expectRed)).toMatchObject({ passed: false });
            expect(drillPassed(result, kgents.contracts)).toBe(false);
        },
    );
});
