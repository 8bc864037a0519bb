import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { expectOnRecord } from "../goldens/golden";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { superClusterFixture } from "../testing/fixtureDeployment";
import type { Deployments } from "../kit/context";
import { runScript } from "../kit/runDrill";
import { drillContext } from "../kit/testing/drillContext";
import { regionLoss } from "./regionLoss";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

describeWithTools("the loss of the primary region", ["nats-server", "nats"], (tools) => {
    const run = (deployments: Deployments) => {
        const workDir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-region-loss-"));
        folders.push(workDir);
        return runScript(regionLoss, drillContext({ deployments, tools, workDir }));
    };

    it("is survived, undone, and loses no acknowledged message", async () => {
        const result = await run(await superClusterFixture());
        expect(result.checks.filter((check) => !check.passed)).toEqual([]);
        expect(result.checks.map((check) => check.id)).toEqual([
            "join-keeps-streams",
            "gates-pass",
            "mirrors-created",
            "mirrors-follow",
            "standby-refuses-before-promotion",
            "promotion-accepted",
            "positions-kept",
            "origin-fenced",
            "acked-stored-once",
            "consumers-miss-nothing",
            "original-layout",
        ]);
        expectOnRecord(
            "checks/region-loss",
            result.checks.map(({ id }) => id),
        );
        const measured = (id: string) => result.measurements.find((measurement) => measurement.id === id)?.value;
        expect(measured("lost")).toBe(0);
        expect(measured("stored")).toBe(measured("acked"));
        // The links went before the servers: without a tail its return would be unproved.
        expect(measured("tail")).toBeGreaterThan(0);
    });

    it.each(regionLoss.sabotages)("turns red with $title", async (sabotage) => {
        const result = await run(sabotage.apply!(await superClusterFixture()));
        expect(result.checks.filter((check) => !check.passed).map((check) => check.id)).toContain(sabotage.expectRed);
    });
});
