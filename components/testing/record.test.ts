import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { describe, expect, it } from "vitest";
import { record } from "./record";

describe("record", () => {
    it("waits for resources that are registered late", async () => {
        const recording = await record(() => {
            const first = new aws.s3.Bucket("first", {});
            const arn = first.arn.apply(
                (value) => new Promise<string>((resolve) => setTimeout(() => resolve(value), 20)),
            );
            new aws.ssm.Parameter("second", { type: "String", value: arn });
        });
        expect(recording.children).toEqual(["aws:s3/bucket:Bucket first", "aws:ssm/parameter:Parameter second"]);
        expect(recording.one("aws:ssm/parameter:Parameter").inputs).toEqual({
            type: "String",
            value: "arn:aws:mock:::first",
        });
    });

    it("fails on an invoke that the test did not model", async () => {
        await expect(
            record(async () => {
                await aws.getCallerIdentity();
            }),
        ).rejects.toThrow("aws:index/getCallerIdentity:getCallerIdentity is not modelled");
    });

    it("fails with the names there are when a resource is missing", async () => {
        const recording = await record(() => new pulumi.ComponentResource("drkit:index:Thing", "thing"));
        expect(() => recording.one("drkit:index:Thing", "other")).toThrow("of that type there are: thing");
    });

    it("knows what a resource waits for: inputs, dependsOn, the provider, those of the component around it, and theirs in turn", async () => {
        const topic = (name: string, opts: pulumi.CustomResourceOptions = {}) => new aws.sns.Topic(name, {}, opts);
        const recording = await record(() => {
            const far = topic("far");
            topic("unrelated");
            const child = topic("child", { parent: component("other") });
            const near = new aws.ssm.Parameter("near", { type: "String", value: far.arn });
            const around = component("around", [near]);
            const provider = new aws.Provider("provider", {}, { dependsOn: topic("before-provider") });
            new aws.s3.Bucket("bucket", { bucket: child.arn }, { parent: around, provider });
            topic("after-component", { dependsOn: around });
        });
        const before = (type: string, name?: string) =>
            recording.dependencies(type, name).map((one) => one.split(" ")[1]);
        expect(before("aws:s3/bucket:Bucket")).toEqual(["before-provider", "child", "far", "near", "provider"]);
        expect(before("aws:sns/topic:Topic", "after-component")).toContain("bucket");
        expect(before("aws:sns/topic:Topic", "unrelated")).toEqual([]);
    });
});

function component(name: string, dependsOn: pulumi.Resource[] = []): pulumi.ComponentResource {
    return new pulumi.ComponentResource("drkit:index:Thing", name, {}, { dependsOn });
}
