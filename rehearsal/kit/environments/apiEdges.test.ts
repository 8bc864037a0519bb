import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drillRun } from "../testing/drillContext";
import type { DrillRun } from "../drillRun";
import { startApi, type ApiEdge } from "./apiEdges";
import type { SuperCluster } from "./superCluster";

let run: DrillRun;
let edge: ApiEdge;
let dir: string;
const keys = new Set(["key"]);
/** Servers that no one reaches: what an API sees of a region whose NATS is lost. */
const cluster = { connect: async () => ({ options: {}, request: () => Promise.reject(new Error("no responders")) }) };

beforeEach(async () => {
    dir = mkdtempSync(path.join(tmpdir(), "edge-"));
    run = drillRun("edge", { deployments: {}, tools: {}, workDir: dir });
    edge = await startApi(run, cluster as unknown as SuperCluster, { stack: "dr", cluster: "dr", servers: [] }, keys);
});
afterEach(async () => {
    await run.close();
    rmSync(dir, { recursive: true, force: true });
});

const ask = (headers: Record<string, string> = {}, method = "GET") =>
    fetch(`http://127.0.0.1:${edge.port}/`, { headers, method, ...(method === "POST" ? { body: "{}" } : {}) });

describe("a region's API in a drill", () => {
    it("answers the health check, which shows no key", async () => {
        expect((await ask()).status).toBe(200);
    });

    it("refuses a key that it does not know, and takes one that is added while it runs", async () => {
        expect((await ask({ apikey: "other" })).status).toBe(401);
        keys.add("other");
        expect((await ask({ apikey: "other" })).status).not.toBe(401);
        keys.delete("other");
    });

    it.each(["GET", "POST"])(
        "answers a %s with 503 and a time to try again where its NATS does not answer",
        async (method) => {
            const response = await ask({ apikey: "key", "idempotency-key": "1" }, method);
            expect([response.status, response.headers.get("retry-after")]).toEqual([503, "30"]);
        },
    );

    it("answers each request with 500 while it is up and ill, the health check too", async () => {
        edge.illness = "errors";
        expect([(await ask()).status, (await ask({ apikey: "key" })).status]).toEqual([500, 500]);
        edge.illness = "none";
        expect((await ask()).status).toBe(200);
    });

    it("refuses connections after a crash, and listens on the same port again", async () => {
        const { port } = edge;
        await edge.crash();
        await expect(ask()).rejects.toThrow();
        await edge.restart();
        expect([edge.port, (await ask()).status]).toEqual([port, 200]);
    });
});
