import * as aws from "@pulumi/aws";
import { describe, expect, it } from "vitest";
import { kgents } from "../infra/kgents";
import { policyConfigOf } from "../infra/policyConfig";
import { memoryGib } from "./shared/instanceMemory";
import { standbyCapacity } from "./standbyCapacity";
import { awsProvider, describePolicy } from "./testing/harness";

const contract = "Contract api-rto: API answers again.";
const good = {
    capacityType: "ON_DEMAND",
    instanceTypes: ["t4g.medium", "m7g.medium"],
    scalingConfig: { minSize: 3, desiredSize: 3, maxSize: 4 },
};

describePolicy("standby-capacity", (judge) => {
    const nodes = (change: Partial<aws.eks.NodeGroupArgs>, role: "primary" | "dr" = "dr") => {
        const opts = { provider: awsProvider(role) };
        const trust = (service: string) =>
            JSON.stringify({
                Version: "2012-10-17",
                Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
            });
        const role_ = new aws.iam.Role("role", { name: "role", assumeRolePolicy: trust("eks.amazonaws.com") }, opts);
        const network = new aws.ec2.Vpc(
            "network",
            { cidrBlock: role === "dr" ? "10.20.0.0/16" : "10.10.0.0/16" },
            opts,
        );
        const subnetIds = ["a", "b"].map(
            (zone, index) =>
                new aws.ec2.Subnet(
                    `subnet-${zone}`,
                    {
                        vpcId: network.id,
                        cidrBlock: `10.${role === "dr" ? 20 : 10}.${index}.0/24`,
                        availabilityZone: `${role === "dr" ? "us-west-2" : "us-east-1"}${zone}`,
                    },
                    opts,
                ).id,
        );
        const cluster = new aws.eks.Cluster(
            "cluster",
            { name: "cluster", roleArn: role_.arn, vpcConfig: { subnetIds } },
            { ...opts, protect: true },
        );
        new aws.eks.NodeGroup(
            "nodes",
            {
                clusterName: cluster.name,
                nodeGroupName: "nodes",
                nodeRoleArn: role_.arn,
                subnetIds,
                ...good,
                ...change,
            },
            opts,
        );
    };

    it.each(["preview", "up"] as const)(
        "stops nodes that AWS takes back, that are too few, too small, or of one type, in a %s",
        async (operation) => {
            const judgement = await judge({
                operation,
                program: () =>
                    nodes({
                        capacityType: "SPOT",
                        instanceTypes: ["t3.small"],
                        scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 6 },
                    }),
            });
            expect(judgement.messages).toEqual([
                `"nodes" has 1 nodes; needed are 3, the primary's floor: raise minSize and desiredSize. ${contract}`,
                `"nodes" has 2 GiB on its smallest type; needed are 12 GiB, the primary's floor (3 × t3.medium or t3a.medium). ${contract}`,
                `"nodes" has one instance type, t3.small; needed are two or more, as a region under stress runs out of single ones. ${contract}`,
                `"nodes" is Spot, which AWS takes back when capacity is short; allowed is on-demand: set capacityType to ON_DEMAND. ${contract}`,
            ]);
            expect(judgement.policies).toEqual(["standby-capacity"]);
            expect(judgement.exitCode).not.toBe(0);
        },
    );

    it("stops a Spot launch template", async () => {
        const judgement = await judge({
            program: () =>
                void new aws.ec2.LaunchTemplate(
                    "template",
                    { name: "template", instanceMarketOptions: { marketType: "spot" } },
                    { provider: awsProvider() },
                ),
        });
        expect(judgement.messages).toEqual([expect.stringContaining('"template" is Spot')]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("lets the floor pass, on processors of either kind, and leaves the primary alone", async () => {
        expect(await judge({ program: () => nodes({}) })).toMatchObject({ exitCode: 0, policies: [] });
        expect(
            await judge({ stack: "primary", program: () => nodes({ instanceTypes: ["t3.small"] }, "primary") }),
        ).toMatchObject({ exitCode: 0, policies: [] });
    });
});

it("standby-capacity follows the floor that the primary exports", () => {
    const getConfig = () => policyConfigOf(kgents, { project: "kgents-dr" })["standby-capacity"];
    const urn = (type: string) => `urn:pulumi:dr::kgents-dr::${type}::it`;
    const nodeFloor = { nodes: 4, instanceTypes: ["m7g.large"] };
    const reference = {
        type: "pulumi:pulumi:StackReference",
        name: "it",
        urn: urn("ref"),
        props: { name: "organization/kgents-dr/primary", outputs: { nodeFloor } },
    };
    const group = { type: "aws:eks/nodeGroup:NodeGroup", name: "nodes", urn: urn("nodes"), props: good };
    const messages: string[] = [];
    void standbyCapacity.validateStack(
        { getConfig, resources: [reference, group] } as never,
        (message) => void messages.push(message),
    );
    expect(messages).toEqual([
        `"nodes" has 3 nodes; needed are 4, the primary's floor: raise minSize and desiredSize. ${contract}`,
        `"nodes" has 12 GiB on its smallest type; needed are 32 GiB, the primary's floor (4 × m7g.large). ${contract}`,
    ]);
});

describe("memoryGib", () => {
    it.each([
        ["t3.medium", 4],
        ["t4g.small", 2],
        ["m7g.large", 8],
        ["c7i.xlarge", 8],
        ["r6g.2xlarge", 64],
        ["p5.48xlarge", undefined],
        ["medium", undefined],
    ])("of %s is %s", (type, gib) => expect(memoryGib(type)).toBe(gib));
});
