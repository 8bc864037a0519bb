import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { awsProvider, describePolicy } from "./testing/harness";

describePolicy("backup-region", (judge) => {
    it("stops a backup bucket beside the system", async () => {
        const judgement = await judge({
            stack: "primary",
            program: () => {
                const opts = { provider: awsProvider("primary"), protect: true };
                new aws.s3.Bucket("beside", { bucket: "kgents-dr-backups" }, opts);
                new aws.s3.Bucket("other", { bucket: "kgents-pictures" }, opts);
            },
        });
        expect(judgement.messages).toEqual([
            'backup bucket "beside": region: us-east-1 is the region that is backed up, so its loss would take the backups along: choose another region.',
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });
});
