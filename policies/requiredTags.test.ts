import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { awsProvider, describePolicy } from "./testing/harness";

describePolicy("required-tags", (judge) => {
    it("adds what is missing where the provider has no default tags", async () => {
        const judgement = await judge({
            operation: "up",
            program: () => {
                const untagged = awsProvider("dr", "us-west-2", {});
                new aws.sns.Topic("pages", { name: "pages", tags: { Team: "platform" } }, { provider: untagged });
            },
        });
        expect(judgement.exitCode).toBe(0);
        expect(judgement.deployed("pages").tags).toEqual({
            Team: "platform",
            Project: "kgents",
            Stack: "dr",
            ManagedBy: "pulumi",
        });
    });

    it("stops a tag that says something else", async () => {
        const judgement = await judge({
            program: () => {
                new aws.sns.Topic(
                    "pages",
                    { name: "pages", tags: { Stack: "primary" } },
                    { provider: awsProvider("dr") },
                );
            },
        });
        expect(judgement.messages).toEqual([
            '"pages": tag Stack is "primary", it has to be "dr". Cost reports and clean-up go by it.',
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });
});
