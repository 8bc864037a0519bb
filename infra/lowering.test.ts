import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { record } from "../components/testing/record";
import { buildLowered, protectedAndLost, type StateResource } from "./lowering";

const urn = (types: string, name: string) => `urn:pulumi:dr::atlas-dr::${types}::${name}`;
const stack = { urn: urn("pulumi:pulumi:Stack", "atlas-dr-dr") };
const bucket = (name: string): StateResource => ({
    urn: urn("drkit:index:BackupBucket$aws:s3/bucket:Bucket", name),
    custom: true,
    protect: true,
    parent: urn("drkit:index:BackupBucket", "backups"),
});

class Bucket extends pulumi.CustomResource {
    constructor(name: string, opts?: pulumi.CustomResourceOptions) {
        super("aws:s3/bucket:Bucket", name, {}, opts);
    }
}

describe("protectedAndLost", () => {
    it("has the protected resources that the program registers no more, and no others", () => {
        const state = [stack, bucket("kept"), bucket("lost"), { ...bucket("free"), protect: false }];
        expect(protectedAndLost(state, new Set(["aws:s3/bucket:Bucket::kept"]))).toEqual([bucket("lost").urn]);
    });

    it("keeps the children of a packaged component as long as the program registers that", () => {
        const cluster = { urn: urn("drkit:index:RegionCluster$eks:index:Cluster", "cluster"), custom: false };
        const child = { urn: `${cluster.urn}-role`, custom: true, protect: true, parent: cluster.urn };
        expect(protectedAndLost([cluster, child], new Set(["eks:index:Cluster::cluster"]))).toEqual([]);
        expect(protectedAndLost([cluster, child], new Set(["drkit:index:RegionCluster::cluster"]))).toEqual([
            child.urn,
        ]);
    });
});

describe("a lowered program", () => {
    const lowered = async (state: readonly StateResource[]) => {
        let begun = 0;
        let message = "it was not refused";
        const recording = await record(async () => {
            const build = async () => {
                const one = new Bucket("kept");
                new Bucket("after", { dependsOn: [one] });
                return {};
            };
            await buildLowered(
                "dr",
                build,
                () => begun++,
                async () => state,
            ).catch((error: Error) => (message = error.message));
        });
        return { children: recording.children, begun, message, recording };
    };

    it("is registered, in its own order, if nothing protected is lost", async () => {
        const { children, begun, message, recording } = await lowered([stack, bucket("kept")]);
        expect(message).toBe("it was not refused");
        expect(begun).toBe(1);
        expect(children).toEqual(["aws:s3/bucket:Bucket after", "aws:s3/bucket:Bucket kept"]);
        expect(recording.dependencies("aws:s3/bucket:Bucket", "after")).toEqual(["aws:s3/bucket:Bucket kept"]);
    });
});
