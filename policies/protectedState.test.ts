import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { awsProvider, describePolicy } from "./testing/harness";

describePolicy("protected-state", (judge) => {
    it("stops a bucket and a key that a mistake could delete", async () => {
        const judgement = await judge({
            program: () => {
                const opts = { provider: awsProvider("dr") };
                new aws.s3.Bucket("open", { bucket: "kgents-open" }, opts);
                new aws.kms.Key("key", {}, opts);
                new aws.s3.Bucket("held", { bucket: "kgents-held" }, { ...opts, protect: true });
            },
        });
        expect(judgement.messages).toEqual([
            '"key" is not protected, and with it everything that it encrypts would be gone: set protect: true in its options.',
            '"open" is not protected, and with it its objects would be gone: set protect: true in its options.',
        ]);
        expect(judgement.policies).toEqual(["protected-state"]);
        expect(judgement.exitCode).not.toBe(0);
    });
});
