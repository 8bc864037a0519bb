import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kgents } from "../../../infra/kgents";
import { readSettings } from "../../../infra/settings";
import { createContext, type StackContext } from "../../../infra/stack";
import { failoverDnsBuilder as failoverDns } from "../../../stacks/builders/failoverDns";
import { roadmap } from "../../../stacks/roadmap";
import { startDoubles, type Doubles } from "../../../testbed/doubles/doubles";
import { Engine } from "../../../engine/driver/engine";
import { shippedProject } from "../../shippedProject";
import { deployedCode } from "../../../testbed/dns/functionHost";
import { describeWithTools } from "../../../engine/toolchain/testTools";
import { sampleLosses, summarise } from "./dnsDistribution";
import { loseAndReturn } from "./dnsLossAndReturn";
import { findPair } from "../../kit/environments/dnsPair";
import type { Deployments } from "../../kit/context";

const settings = {
    phase: 10,
    ingress: {
        loadBalancer: {
            dnsName: "kong.us-east-1.elb.amazonaws.com",
            zoneId: "Z35SXDOTRQ7X7K",
            arnSuffix: "app/kong/0123456789abcdef",
        },
    },
    dns: { createZone: true, cutover: "done" },
};

/** Phase 12 alone, on the engine: what the phases before it made, it does not need. */
const program = async () => {
    const role = pulumi.getStack() as "primary" | "dr";
    const read = readSettings(role, "kgents-dr", { values: pulumi.runtime.allConfig() }, kgents, roadmap);
    const stack = createContext(role, kgents, { ...read.settings, phase: 12 }, roadmap);
    const built =
        role === "primary"
            ? await failoverDns.primary!(stack as StackContext<"primary">, {})
            : await failoverDns.dr!(stack as StackContext<"dr">, {});
    // No output says the phase: whoever is at 12 owes the backups of 11 as well, by policy.
    return { region: stack.region.name, ...built.outputs };
};

describeWithTools("phase 12 through the engine", ["pulumi"], (tools) => {
    let dir: string;
    let doubles: Doubles;
    let engine: Engine;
    let deployments: Deployments;

    beforeAll(async () => {
        dir = mkdtempSync(path.join(tmpdir(), "dns-engine-"));
        doubles = await startDoubles();
        engine = await Engine.start({
            ...(await shippedProject()),
            tools,
            doubles,
            dir: path.join(dir, "engine"),
            program,
        });
        for (const role of ["primary", "dr"] as const) {
            for (const [key, value] of Object.entries(settings)) await engine.stack(role).setConfig(key, value);
            await engine.stack(role).up();
        }
        deployments = { primary: await engine.stack("primary").export(), dr: await engine.stack("dr").export() };
    });
    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    it("changes nothing when it runs again", async () => {
        for (const role of ["primary", "dr"] as const) {
            const { run } = await engine.stack(role).up();
            expect(Object.keys(run.changes)).toEqual(["same"]);
        }
    });

    it("breaks no policy, and leaves none unable to look", async () => {
        for (const role of ["primary", "dr"] as const) {
            const { run } = await engine.stack(role).up();
            expect(run.violations).toEqual([]);
            expect(run.unlooked).toEqual([]);
        }
    });

    it("leaves in the state what the rehearsal builds its world from: records, checks, latch, and the watcher's code as text", () => {
        const pair = findPair(deployments);
        expect(pair.name).toBe("failover.api.kgents.io");
        expect(pair.deep).toMatchObject({ host: "primary.api.kgents.io", interval: 10, threshold: 3 });
        expect(pair.latchCheck?.host).toMatch(/^kgents-stop-latch-usw2-\d{12}\.s3\.us-west-2\.amazonaws\.com$/);
        expect(pair.edgeCode).toContain("503");
        expect(deployedCode(pair.watcher!)["handler.mjs"]).toContain("export async function handler");
    });

    it("fails over in time, and the deployed watcher runs", async () => {
        const pair = findPair(deployments);
        expect(summarise(sampleLosses(pair, "silent", { seeds: 100, firstSeed: 1 }).triggers).max).toBeLessThanOrEqual(
            90,
        );
        const story = await loseAndReturn(pair, { system: kgents, seed: 1, workDir: path.join(dir, "work") });
        expect(story.checks.filter(({ passed }) => !passed)).toEqual([]);
    });
});
