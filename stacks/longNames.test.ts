import { describe, expect, it } from "vitest";
import { nameLimits, type NameKind } from "../components/model/nameLimits";
import { roles } from "../components/model/profile";
import { nameKinds } from "../components/testing/nameKinds";
import { kgents } from "../infra/kgents";
import { buildWarmStandby } from "./testing/warmStandby";

/** What AWS, and Argo CD, allow for a name of each type. */
const kinds: Readonly<Record<string, NameKind>> = {
    ...nameKinds,
    "aws:ec2/launchTemplate:LaunchTemplate": "launch template",
    "aws:s3/bucketMetric:BucketMetric": "bucket metric",
    "aws:eks/nodeGroup:NodeGroup": "node group",
    "eks:index:Cluster": "cluster",
};

describe.each([
    ["of a length that AWS has no balancer for", "customer-portal"],
    ["as long as a name can be", `${"x".repeat(62)}y`],
])("a system with a name %s", (_length, name) => {
    it("gets through the warm standby with names that AWS takes, each once", async () => {
        const found = new Map<string, string[]>();
        for (const role of roles) {
            const { recording } = await buildWarmStandby(role, {}, {}, { ...kgents, name });
            for (const { type, inputs } of recording.resources) {
                const kind = kinds[type];
                const given = inputs["name"] ?? inputs["bucket"] ?? inputs["nodeGroupName"];
                if (kind === undefined || typeof given !== "string") continue;
                const bare = given.replace(/^alias\//, "");
                expect(bare.length, `${type} ${given}`).toBeLessThanOrEqual(nameLimits[kind]);
                const scope = /iam|cloudfront|bucket:/.test(type) ? type : `${type} ${role}`;
                if (type !== "aws:s3/bucketMetric:BucketMetric") found.set(scope, [...(found.get(scope) ?? []), given]);
            }
        }
        const types = new Set([...found.keys()].map((scope) => scope.split(" ")[0]));
        expect(Object.keys(kinds).filter((type) => !types.has(type))).toEqual(["aws:s3/bucketMetric:BucketMetric"]);
        for (const [scope, names] of found) expect([...new Set(names)], scope).toEqual(names);
    });
});
