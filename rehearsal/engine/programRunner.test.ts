import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { describePolicies } from "./policyHarness";
import { fixturePolicies } from "./testing";

const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";

function west() {
    return { provider: new aws.Provider("west", { region: "us-west-2" }) };
}

/** A bucket with one object, whose content is not known before the bucket exists. */
function bucketAndObject() {
    const options = west();
    const bucket = new aws.s3.Bucket("b", { bucket: "kgents-program" }, options);
    new aws.s3.BucketObjectv2("o", { bucket: "kgents-program", key: "o", content: bucket.arn }, { ...options, dependsOn: bucket });
    return { arn: bucket.arn };
}

describePolicies(
    "ProgramRunner",
    (run) => {
        it("gives a refused program's violations and a status that is not 0", async () => {
            const result = await run({ program: () => void new aws.s3.Bucket("b", { bucket: "forbidden-b" }, west()) });
            expect(result).toBeRedFor("no-forbidden-bucket", /"forbidden-b" has a forbidden name/);
            expect(result).not.toBeRedFor("no-forbidden-bucket", /something else/);
            expect(result).not.toBeGreen();
            expect(result.exitCode).not.toBe(0);
            expect(result.message).toContain('policy no-forbidden-bucket (mandatory) aws:s3/bucket:Bucket "b": ');
        });

        it("is green for a program that keeps the policies, and says what it would change", async () => {
            const result = await run({ program: () => void new aws.s3.Bucket("b", { bucket: "kgents-b" }, west()) });
            expect(result).toBeGreen();
            expect(result.changes).toEqual({ create: 3 });
            expect(result.deployment).toBeUndefined();
        });

        it("is not green when a policy could not look, as a preview does not know a value", async () => {
            const result = await run({ program: bucketAndObject });
            expect(result.succeeded).toBe(true);
            expect(result.unlooked.map(({ policy, resource }) => [policy, resource?.split("::").at(-1)])).toEqual([["known-content", "o"]]);
            expect(result).not.toBeGreen();
        });

        it("knows every value in an up, and gives what was deployed", async () => {
            const result = await run({ program: bucketAndObject, operation: "up" });
            expect(result).toBeGreen();
            expect(result.deployment?.one(objectType).inputs.content).toBe("arn:aws:s3:::kgents-program");
            expect(result.deployment?.outputs).toEqual({ arn: "arn:aws:s3:::kgents-program" });
        });

        it("begins each program with nothing of the one before, in the state and in the cloud", async () => {
            const result = await run({ program: bucketAndObject, operation: "up" });
            expect(result.changes).toEqual({ create: 4 });
        });

        it("runs a stack's policies with the stack of the given role and configuration", async () => {
            let seen: unknown[] = [];
            const program = async () => {
                const { Config, getStack } = await import("@pulumi/pulumi");
                seen = [getStack(), new Config().requireNumber("phase"), new Config("aws").get("region")];
            };
            expect(await run({ stack: "witness", config: { phase: 13, "aws:region": "us-east-2" }, program })).toBeGreen();
            expect(seen).toEqual(["witness", 13, "us-east-2"]);
        });

        it("gives the message of a program that fails", async () => {
            const program = () => {
                throw new Error("phase is 9; allowed: 10");
            };
            const result = await run({ program });
            expect(result.succeeded).toBe(false);
            expect(result.errors.map(({ message }) => message)).toEqual(["phase is 9; allowed: 10"]);
        });
    },
    fixturePolicies,
);

describePolicies("the shipped policy pack", (run) => {
    it("runs in the engine: a resource in another stack's region is refused", async () => {
        const program = () => void new aws.s3.Bucket("b", { bucket: "kgents-b" }, { provider: new aws.Provider("east", { region: "us-east-1" }) });
        expect(await run({ stack: "dr", program })).toBeRedFor("own-region", /us-east-1/);
    });
});
