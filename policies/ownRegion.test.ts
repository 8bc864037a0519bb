import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { awsProvider, describePolicy } from "./testing/harness";

describePolicy("own-region", (judge) => {
    it("stops a resource and a provider in another region, and lets global services pass", async () => {
        const judgement = await judge({
            stack: "dr",
            program: () => {
                const elsewhere = awsProvider("dr", "us-east-1");
                new aws.sns.Topic("pages", { name: "pages" }, { provider: elsewhere });
                new aws.iam.Role("writer", { name: "writer", assumeRolePolicy: "{}" }, { provider: elsewhere });
                new aws.sns.Topic("own", { name: "own" }, { provider: awsProvider("dr") });
            },
        });
        const advice =
            "use the stack's provider, or move the resource to the stack of that region. " +
            "A stack that touches two regions cannot be changed while one of them is gone.";
        expect(judgement.messages).toEqual([
            `"aws-us-east-1" would be in us-east-1, but stack dr owns us-west-2: ${advice}`,
            `"pages" would be in us-east-1, but stack dr owns us-west-2: ${advice}`,
        ]);
        expect(judgement.policies).toEqual(["own-region"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops a resource whose own region differs from its provider's", async () => {
        const judgement = await judge({
            stack: "primary",
            program: () => {
                new aws.sns.Topic(
                    "pages",
                    { name: "pages", region: "us-west-2" },
                    { provider: awsProvider("primary") },
                );
            },
        });
        expect(judgement.messages).toHaveLength(1);
        expect(judgement.messages[0]).toContain('"pages" would be in us-west-2, but stack primary owns us-east-1');
        expect(judgement.exitCode).not.toBe(0);
    });
});
