import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DeployedResource } from "../../../engine/state/deployment";
import { isControlPlane, startAwsEndpoint } from "../../../testbed/dns/awsEndpoint";
import { startFunction } from "../../../testbed/dns/functionHost";
import { startNameServer } from "../../../testbed/dns/server";
import { failoverFixture } from "../../drills/dns/testing/dnsFixture";

const bucket = "kgents-stop-latch";
const now = new Date("2026-01-01T00:00:00Z");
let deployed: DeployedResource;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
    const { dr } = await failoverFixture({ onStandby: "latch" });
    deployed = dr!.one("aws:lambda/function:Function");
});
afterEach(async () => {
    for (const stop of cleanUp.splice(0).reverse()) await stop();
});

/** The deployed function against a name server that answers as told, question by question. */
async function start(
    answers: readonly string[],
    { environment = {}, clock = () => now }: { environment?: Record<string, string>; clock?: () => Date } = {},
) {
    const workDir = await mkdtemp(join(tmpdir(), "latch-watcher-"));
    cleanUp.push(() => rm(workDir, { recursive: true, force: true }));
    const aws = await startAwsEndpoint(clock);
    cleanUp.push(aws.stop);
    let asked = 0;
    const server = await startNameServer({
        answer: () => {
            const marker = answers[Math.min(asked++, answers.length - 1)]!;
            return { exists: true, values: marker === "" ? [] : [marker], ttl: 60 };
        },
    });
    cleanUp.push(server.stop);
    const host = await startFunction({
        deployed,
        workDir,
        environment: {
            NAME_SERVERS: server.address,
            LATCH_URL: `${aws.url}/${bucket}/STOP`,
            ASK_AGAIN_AFTER_SECONDS: "0",
            ...environment,
        },
        sdk: {
            AWS_ENDPOINT_URL: aws.url,
            AWS_REGION: "us-west-2",
            AWS_ACCESS_KEY_ID: "rehearsal",
            AWS_SECRET_ACCESS_KEY: "rehearsal",
        },
    });
    cleanUp.push(host.stop);
    return { aws, server, run: (at = now) => host.invoke(at), asked: () => asked };
}

describe("the latch watcher's deployed code", () => {
    it("does nothing and calls nobody while the primary is answered", async () => {
        const { aws, run, asked } = await start(["primary"]);
        expect(await run()).toEqual({ answer: "primary", done: "nothing" });
        expect(asked()).toBe(1);
        expect(aws.calls).toEqual([]);
    });

    it("does nothing after a single standby answer", async () => {
        const { aws, run } = await start(["standby", "primary"]);
        expect(await run()).toMatchObject({ answer: "primary" });
        expect(aws.has(bucket, "STOP")).toBe(false);
        expect(aws.pages).toEqual([]);
    });

    it("sets the latch after two standby answers in a row, pages, and calls no control plane", async () => {
        const { aws, run } = await start(["standby"]);
        expect(await run()).toEqual({ answer: "standby", done: "latch set" });
        expect(aws.has(bucket, "STOP")).toBe(true);
        expect(aws.pages.map(({ subject }) => subject)).toEqual(["DNS failed over, latch set"]);
        expect(aws.calls.filter(isControlPlane)).toEqual([]);
    });

    it("leaves a latch alone that is set already", async () => {
        const { aws, run } = await start(["standby"]);
        aws.put(bucket, "STOP", "held out by an operator");
        expect(await run()).toEqual({ answer: "standby", done: "nothing, the latch is set" });
        expect(aws.calls).toEqual([]);
    });

    it("only pages where it was deployed to page", async () => {
        const { aws, run } = await start(["standby"], { environment: { ON_STANDBY: "page" } });
        expect(await run()).toEqual({ answer: "standby", done: "paged" });
        expect(aws.has(bucket, "STOP")).toBe(false);
        expect(aws.pages[0]!.message).toContain("aws s3api put-object --bucket kgents-stop-latch --key STOP");
    });

    it("does not set a latch again that a person has just removed, and does ten minutes later", async () => {
        const { aws, run } = await start(["standby"]);
        aws.put(bucket, "STOP", "held out by an operator");
        aws.remove(bucket, "STOP");
        expect(await run(new Date(now.getTime() + 599_000))).toMatchObject({
            done: "nothing, a person has just released the latch",
        });
        expect(await run(new Date(now.getTime() + 600_000))).toMatchObject({ done: "latch set" });
    });

    it("pages and fails if nobody can see the latch that it has set", async () => {
        const blind = await startAwsEndpoint(() => now);
        cleanUp.push(blind.stop);
        const { aws, run } = await start(["standby"], { environment: { LATCH_URL: `${blind.url}/${bucket}/STOP` } });
        await expect(run()).rejects.toThrow("nobody can see it without credentials: the primary is NOT held out");
        expect(aws.pages.map(({ subject }) => subject)).toEqual(["Latch watcher failed"]);
    });

    it("asks the next server where one is dead", async () => {
        const dead = await startNameServer({ answer: () => ({ exists: false, values: [], ttl: 0 }) });
        const { server, aws } = await start(["standby"]);
        const { run } = await start(["primary"], {
            environment: { NAME_SERVERS: `${dead.address},${server.address}` },
        });
        await dead.stop();
        expect(await run()).toMatchObject({ answer: "standby" });
        expect(aws.calls).toEqual([]);
    });

    it.each([
        ["no text at all", ""],
        ["a text that it does not know", "somebody"],
    ])("pages and fails on %s instead of guessing", async (_title, marker) => {
        const { aws, run } = await start([marker]);
        await expect(run()).rejects.toThrow("no authoritative server said who answers for failover.api.kgents.io");
        expect(aws.pages).toHaveLength(1);
        expect(aws.has(bucket, "STOP")).toBe(false);
    });
});
