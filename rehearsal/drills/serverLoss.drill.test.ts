import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { expectOnRecord } from "../goldens/golden";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { primaryFixture } from "../testing/fixtureDeployment";
import type { Deployments } from "../kit/context";
import { runScript } from "../kit/runDrill";
import { drillContext } from "../kit/testing/drillContext";
import { serverLoss } from "./serverLoss";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

describeWithTools("the loss of one NATS server", ["nats-server", "nats"], (tools) => {
    const run = (deployments: Deployments) => {
        const workDir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-server-loss-"));
        folders.push(workDir);
        return runScript(serverLoss, drillContext({ deployments, tools, workDir }));
    };

    it("loses no acknowledged message, and writes go on", async () => {
        const result = await run({ primary: await primaryFixture() });
        expect(result.checks.filter((check) => !check.passed)).toEqual([]);
        expect(result.checks.map((check) => check.id)).toEqual([
            "streams-created",
            "writes-survive-server-loss",
            "acked-stored-once",
            "stored-as-published",
            "replicas-in-step",
        ]);
        expectOnRecord(
            "checks/server-loss",
            result.checks.map(({ id }) => id),
        );
        expect(result.measurements.find((measurement) => measurement.id === "stored")?.value).toBe(2_000);
    });

    it.each(serverLoss.sabotages)("turns red with $title", async (sabotage) => {
        const result = await run(sabotage.apply!({ primary: await primaryFixture() }));
        expect(result.checks.filter((check) => !check.passed).map((check) => check.id)).toContain(sabotage.expectRed);
    });

    it("fails by name without the primary's deployment", async () => {
        expect((await run({})).broken).toEqual({
            as: "ERROR",
            reason: "server-loss needs the deployments of primary; not there: primary. Bring up phase 10 first.",
        });
    });
});
