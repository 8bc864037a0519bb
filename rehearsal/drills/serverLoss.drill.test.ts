import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { describeWithTools } from "../toolchain/testTools";
import { primaryFixture } from "../world/nats/testing/fixtureDeployment";
import type { Deployments } from "./drill";
import { drillContext } from "./testing/drillContext";
import { serverLoss } from "./serverLoss";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

describeWithTools("the loss of one NATS server", ["nats-server", "nats"], (tools) => {
    const run = (deployments: Deployments) => {
        const workDir = fs.mkdtempSync(path.join(os.tmpdir(), "kgents-server-loss-"));
        folders.push(workDir);
        return serverLoss.run(drillContext({ deployments, tools, workDir }));
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
        expect(result.measurements.find((measurement) => measurement.id === "stored")?.value).toBe(2_000);
    });

    it.each(serverLoss.sabotages)("turns red with $title", async (sabotage) => {
        const result = await run(sabotage.apply({ primary: await primaryFixture() }));
        expect(result.checks.filter((check) => !check.passed).map((check) => check.id)).toContain(sabotage.expectRed);
    });

    it("fails by name without the primary's deployment", async () => {
        await expect(run({})).rejects.toThrow("server-loss needs the primary's deployment: bring up phase 10 first");
    });
});
