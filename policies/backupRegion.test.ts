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

    it("stops a bucket for the standby's backups beside the standby, and lets the witness's region have it", async () => {
        const bucketIn = (role: "dr" | "witness") =>
            judge({
                stack: role,
                program: () => {
                    const tags = { Kind: "nats-backup", Source: "us-west-2" };
                    new aws.s3.Bucket(
                        "of-standby",
                        { bucket: "kgents-of-standby", tags },
                        { provider: awsProvider(role), protect: true },
                    );
                },
            });
        expect((await bucketIn("dr")).messages).toEqual([
            'backup bucket "of-standby": region: us-west-2 is the region that is backed up, so its loss would take the backups along: choose another region.',
        ]);
        expect((await bucketIn("witness")).messages).toEqual([]);
    });
});
