import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { kgents } from "../infra/kgents";
import { policyConfigOf } from "../infra/policyConfig";
import { noOverlappingCidr } from "./noOverlappingCidr";
import { awsProvider, describePolicy } from "./testing/harness";

describePolicy("no-overlapping-cidr", (judge) => {
    const vpc = (cidrBlock: string, opts: { provider: aws.Provider }) =>
        new aws.ec2.Vpc("network", { cidrBlock }, opts);

    it.each(["preview", "up"] as const)(
        "stops a network that overlaps another region's, in a %s",
        async (operation) => {
            const judgement = await judge({
                operation,
                program: () => void vpc("10.10.128.0/17", { provider: awsProvider() }),
            });
            expect(judgement.messages).toEqual([
                '"network": cidr of us-west-2: 10.10.128.0/17 overlaps 10.10.0.0/16 of us-east-1, and a peering cannot route between the two; ' +
                    "give one of them another range. No mirror crosses such a peering (contract nats-rpo).",
            ]);
            expect(judgement.policies).toEqual(["no-overlapping-cidr"]);
            expect(judgement.exitCode).not.toBe(0);
        },
    );

    it("stops a public range, and a route to a peer that leads home", async () => {
        const open = await judge({ program: () => void vpc("100.64.0.0/16", { provider: awsProvider() }) });
        expect(open.messages).toEqual([
            expect.stringContaining('cidr of us-west-2: "100.64.0.0/16" found; allowed is a private range (RFC 1918)'),
        ]);
        expect(open.exitCode).not.toBe(0);

        const home = await judge({
            program: () => {
                const opts = { provider: awsProvider() };
                const network = vpc("10.20.0.0/16", opts);
                const table = new aws.ec2.RouteTable("table", { vpcId: network.id }, opts);
                const peering = new aws.ec2.VpcPeeringConnection(
                    "peering",
                    { vpcId: network.id, peerVpcId: "vpc-0123456789abcdef0", peerRegion: "us-east-1" },
                    opts,
                );
                new aws.ec2.Route(
                    "to-peer",
                    {
                        routeTableId: table.id,
                        destinationCidrBlock: "10.20.64.0/18",
                        vpcPeeringConnectionId: peering.id,
                    },
                    opts,
                );
            },
        });
        expect(home.messages).toEqual([
            expect.stringContaining('"to-peer": cidr of us-west-2: 10.20.0.0/16 overlaps 10.20.64.0/18 of the peering'),
        ]);
        expect(home.exitCode).not.toBe(0);
    });

    it("lets each region's own range pass", async () => {
        expect(await judge({ program: () => void vpc("10.20.0.0/16", { provider: awsProvider() }) })).toMatchObject({
            exitCode: 0,
            policies: [],
        });
    });
});

it("no-overlapping-cidr holds a network against what the other stacks export, not against the profile", () => {
    const getConfig = () => policyConfigOf(kgents, { project: "kgents-dr" })["no-overlapping-cidr"];
    const urn = (type: string) => `urn:pulumi:dr::kgents-dr::${type}::it`;
    const reference = {
        type: "pulumi:pulumi:StackReference",
        name: "it",
        urn: urn("ref"),
        props: { name: "organization/kgents-dr/primary", outputs: { vpcCidr: "172.16.0.0/16" } },
    };
    const network = (cidrBlock: string) => ({
        type: "aws:ec2/vpc:Vpc",
        name: "network",
        urn: urn("vpc"),
        props: { cidrBlock },
    });
    const judge = (cidr: string) => {
        const messages: string[] = [];
        void noOverlappingCidr.validateStack(
            { getConfig, resources: [reference, network(cidr)] } as never,
            (message) => void messages.push(message),
        );
        return messages;
    };
    expect(judge(kgents.regions.primary.vpcCidr)).toEqual([]);
    expect(judge("172.16.0.0/16")).toEqual([
        expect.stringContaining("172.16.0.0/16 overlaps 172.16.0.0/16 of us-east-1"),
    ]);
});
