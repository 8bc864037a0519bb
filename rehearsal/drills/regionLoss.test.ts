import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { kgents } from "../../infra/profile";
import { describeWithTools } from "../toolchain/testTools";
import type { Tools } from "../toolchain/tools";
import { superClusterFixture } from "../world/nats/testing/fixtureDeployment";
import type { Deployments } from "./drill";
import { regionLoss } from "./regionLoss";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

describeWithTools("the loss of the primary region", ["nats-server", "nats"], (tools) => {
    const run = (deployments: Deployments) => {
        const workDir = fs.mkdtempSync(path.join(os.tmpdir(), "kgents-region-loss-"));
        if (!process.env.KEEP) folders.push(workDir);
        const signal = new AbortController().signal;
        const start = performance.now();
        return regionLoss.run({
            deployments,
            profile: kgents,
            tools: tools as Tools,
            workDir,
            seed: 1,
            quick: true,
            progress: (line) => { if (process.env.KEEP) fs.writeSync(2, `${((performance.now() - start) / 1000).toFixed(2)} ${line} ${workDir}\n`); },
            signal,
        });
    };

    it("is survived, undone, and loses no acknowledged message", async () => {
        const result = await run(await superClusterFixture());
        if (process.env.KEEP) fs.writeSync(2, JSON.stringify(result, null, 1));
        expect(result.checks.filter((check) => !check.passed)).toEqual([]);
    });

    it.each(regionLoss.sabotages)("turns red with $title", async (sabotage) => {
        const result = await run(sabotage.apply(await superClusterFixture()));
        expect(result.checks.filter((check) => !check.passed).map((check) => check.id)).toContain(sabotage.expectRed);
    });
});
