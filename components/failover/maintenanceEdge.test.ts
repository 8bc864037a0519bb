import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { record } from "../testing/record";
import { MaintenanceEdge, type MaintenanceEdgeArgs } from "./maintenanceEdge";

const args: MaintenanceEdgeArgs = {
    edgeName: "atlas-maintenance",
    hosts: ["failover.gateway.atlas.example", "gateway.atlas.example"],
    certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
    originHost: "atlas.example",
};

describe("MaintenanceEdge", () => {
    it("makes a function and a distribution for every name that clients ask with", async () => {
        const recording = await record(() => new MaintenanceEdge("edge", args));
        expect(recording.children).toEqual([
            "aws:cloudfront/distribution:Distribution edge-distribution",
            "aws:cloudfront/function:Function edge-function",
            "drkit:index:MaintenanceEdge edge",
        ]);
        expect(recording.one("aws:cloudfront/distribution:Distribution").inputs).toMatchObject({
            aliases: ["failover.gateway.atlas.example", "gateway.atlas.example"],
            viewerCertificate: { acmCertificateArn: args.certificateArn, sslSupportMethod: "sni-only" },
            defaultCacheBehavior: {
                functionAssociations: [{ eventType: "viewer-request", functionArn: "arn:aws:mock:::edge-function" }],
            },
        });
    });

    it("answers 503 with Retry-After and a small JSON body", async () => {
        const recording = await record(() => new MaintenanceEdge("edge", args));
        const { code } = recording.one("aws:cloudfront/function:Function").inputs;
        const answer = runInNewContext(`${code}\nhandler({})`, {});
        expect(answer.statusCode).toBe(503);
        expect(answer.headers["retry-after"]).toEqual({ value: "60" });
        expect(JSON.parse(answer.body)).toMatchObject({ error: "unavailable" });
    });

    it("refuses an edge without names", async () => {
        await expect(record(() => new MaintenanceEdge("edge", { ...args, hosts: [] }))).rejects.toThrow(
            "hosts is empty",
        );
    });
});
