import { afterAll, beforeAll, expect, describe, it } from "vitest";
import { startDoubles, type Doubles } from "../doubles";
import { Client } from "../testing/client";
import type { Properties } from "../wire/values";

const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** Things with a name, and whether another region of the account may have one of the same. */
const named: readonly (readonly [type: string, inputs: Properties, elsewhere: boolean])[] = [
    ["aws:s3/bucket:Bucket", { bucket: "shop-backups" }, false],
    ["aws:iam/role:Role", { name: "shop-dr-nodes", assumeRolePolicy: trust }, false],
    [
        "aws:cloudfront/function:Function",
        { name: "shop-maintenance", runtime: "cloudfront-js-2.0", code: "function handler() {}" },
        false,
    ],
    ["aws:sns/topic:Topic", { name: "shop-backup" }, true],
    ["aws:secretsmanager/secret:Secret", { name: "shop/nats-auth" }, true],
    ["aws:cloudwatch/logGroup:LogGroup", { name: "/aws/eks/shop-dr/cluster" }, true],
    ["aws:lb/targetGroup:TargetGroup", { name: "shop-dr-api", targetType: "lambda" }, true],
    ["aws:ec2/launchTemplate:LaunchTemplate", { name: "shop-dr-nodes" }, true],
    [
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        { prefix: "shop", appliedFors: ["REPLICATION"] },
        true,
    ],
    [
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        {
            replicationConfiguration: {
                rules: [{ destinations: [{ region: "eu-west-1", registryId: "123456789012" }] }],
            },
        },
        true,
    ],
];

describe("a name that is taken in the account", () => {
    let doubles: Doubles;
    let east: Client;
    let west: Client;

    beforeAll(async () => {
        doubles = await startDoubles();
        east = await Client.connect(doubles, "aws", { region: "us-east-1" });
        west = await Client.connect(doubles, "aws", { region: "us-west-2" });
    });
    afterAll(async () => {
        east.close();
        west.close();
        await doubles.stop();
    });

    it.each(named)("is refused to a second %s, and where it is not of one region, in every region", async (...row) => {
        const [type, inputs, elsewhere] = row;
        await east.create(type, "first", inputs);
        await expect(east.create(type, "second", inputs)).rejects.toThrow("already exists");
        const there = west.create(type, "there", inputs);
        await (elsewhere ? expect(there).resolves.toBeDefined() : expect(there).rejects.toThrow("already exists"));
    });
});
