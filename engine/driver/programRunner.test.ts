import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildPolicies } from "../../scripts/buildPolicies.mjs";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { describeWithTools } from "../toolchain/testTools";
import { ProgramRunner } from "./programRunner";
import { fixturePolicies } from "../../testbed/doubles/testing/engineBench";

const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";

function west() {
    return { provider: new aws.Provider("west", { region: "us-west-2" }) };
}

/** A bucket with one object, whose content is not known before the bucket exists. */
function bucketAndObject() {
    const options = west();
    const bucket = new aws.s3.Bucket("b", { bucket: "drkit-program" }, options);
    new aws.s3.BucketObjectv2(
        "o",
        { bucket: "drkit-program", key: "o", content: bucket.arn },
        { ...options, dependsOn: bucket },
    );
    return { arn: bucket.arn };
}

describeWithTools("ProgramRunner", ["pulumi"], (tools) => {
    let doubles: Doubles;
    let runner: ProgramRunner;
    beforeAll(async () => {
        // The pack as a folder here, as an executable wherever else: both are what `--policy-pack` takes.
        const { folder } = await buildPolicies(fixturePolicies);
        doubles = await startDoubles();
        runner = await ProgramRunner.start({ tools, doubles, policyPack: folder });
    });
    afterAll(async () => {
        await runner.stop();
        await doubles.stop();
    });

    it("gives a refused program's violations and a status that is not 0", async () => {
        const result = await runner.run({
            program: () => void new aws.s3.Bucket("b", { bucket: "forbidden-b" }, west()),
        });
        expect(result.succeeded).toBe(false);
        expect(result.exitCode).not.toBe(0);
        expect(result.violations).toEqual([
            {
                policy: "no-forbidden-bucket",
                level: "mandatory",
                resource: "urn:pulumi:dr::drkit-program::aws:s3/bucket:Bucket::b",
                message: 'bucket "forbidden-b" has a forbidden name',
            },
        ]);
        expect(result.message).toContain('policy no-forbidden-bucket (mandatory) aws:s3/bucket:Bucket "b": ');
    });

    it("says what a program that keeps the policies would change", async () => {
        const result = await runner.run({ program: () => void new aws.s3.Bucket("b", { bucket: "drkit-b" }, west()) });
        expect(result).toMatchObject({
            succeeded: true,
            exitCode: 0,
            message: "",
            violations: [],
            unlooked: [],
            changes: { create: 3 },
        });
        expect(result.deployment).toBeUndefined();
    });

    it("names the policy that could not look, as a preview does not know a value", async () => {
        const result = await runner.run({ program: bucketAndObject });
        expect(result.succeeded).toBe(true);
        expect(result.unlooked.map(({ policy, resource }) => [policy, resource?.split("::").at(-1)])).toEqual([
            ["known-content", "o"],
        ]);
    });

    it("knows every value in an up, and gives what was deployed", async () => {
        const result = await runner.run({ program: bucketAndObject, operation: "up" });
        expect(result).toMatchObject({ succeeded: true, violations: [], unlooked: [], changes: { create: 4 } });
        expect(result.deployment?.one(objectType).inputs.content).toBe("arn:aws:s3:::drkit-program");
        expect(result.deployment?.outputs).toEqual({ arn: "arn:aws:s3:::drkit-program" });
    });

    it("begins each program with nothing of the one before, in the state and in the cloud", async () => {
        const result = await runner.run({ program: bucketAndObject, operation: "up" });
        expect(result.changes).toEqual({ create: 4 });
        expect(doubles.cloud.objects()).toEqual([]);
    });

    it("runs a program with the given role and configuration", async () => {
        let seen: unknown[] = [];
        const program = () => {
            seen = [
                pulumi.getStack(),
                new pulumi.Config().requireNumber("phase"),
                new pulumi.Config("aws").get("region"),
            ];
        };
        await runner.run({ stack: "witness", config: { phase: 13, "aws:region": "us-east-2" }, program });
        expect(seen).toEqual(["witness", 13, "us-east-2"]);
    });

    it("gives the message of a program that fails", async () => {
        const program = () => {
            throw new Error("phase is 9; allowed: 10");
        };
        const result = await runner.run({ program });
        expect(result.succeeded).toBe(false);
        expect(result.errors.map(({ message }) => message)).toEqual(["phase is 9; allowed: 10"]);
    });
});
