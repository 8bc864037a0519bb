import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCidr, overlaps, parseCidr } from "../model/cidr";
import { RegionPeeringAcceptance, RegionPeeringRequest, type RegionPeeringRequestArgs } from "./regionPeering";
import { validateNoOverlap } from "./regionPeeringRules";
import { record } from "../testing/record";

const args: RegionPeeringRequestArgs = {
    peeringName: "atlas-dr-to-primary",
    region: "eu-west-1",
    cidr: "10.50.0.0/16",
    vpcId: "vpc-dr",
    peer: { region: "eu-central-1", cidr: "10.40.0.0/16", vpcId: "vpc-primary" },
    routeTableIds: ["rtb-0", "rtb-1", "rtb-2"],
};

describe("RegionPeeringRequest", () => {
    it("asks for the connection and routes every table to the peer's range", async () => {
        const recording = await record(() => new RegionPeeringRequest("peering", args));
        expect(recording.children).toEqual([
            "aws:ec2/route:Route peering-route-0",
            "aws:ec2/route:Route peering-route-1",
            "aws:ec2/route:Route peering-route-2",
            "aws:ec2/vpcPeeringConnection:VpcPeeringConnection peering-connection",
            "drkit:index:RegionPeeringRequest peering",
        ]);
        expect(recording.one("aws:ec2/vpcPeeringConnection:VpcPeeringConnection").inputs).toEqual({
            vpcId: "vpc-dr",
            peerVpcId: "vpc-primary",
            peerRegion: "eu-central-1",
            autoAccept: false,
            tags: { Name: "atlas-dr-to-primary" },
        });
        expect(recording.one("aws:ec2/route:Route", "peering-route-2").inputs).toEqual({
            routeTableId: "rtb-2",
            destinationCidrBlock: "10.40.0.0/16",
            vpcPeeringConnectionId: "peering-connection-id",
        });
    });

    it("turns DNS resolution on for its own side only, when asked", async () => {
        const recording = await record(() => new RegionPeeringRequest("peering", { ...args, dnsResolution: true }));
        expect(recording.one("aws:ec2/peeringConnectionOptions:PeeringConnectionOptions").inputs).toEqual({
            vpcPeeringConnectionId: "peering-connection-id",
            requester: { allowRemoteVpcDnsResolution: true },
        });
    });

    it("fails on overlapping ranges before anything is registered", async () => {
        const peer = { ...args.peer, cidr: "10.50.128.0/20" };
        await expect(record(() => new RegionPeeringRequest("peering", { ...args, peer }))).rejects.toThrow(
            "peering: peering of eu-west-1 with eu-central-1:\n- cidr of eu-west-1: 10.50.0.0/16 overlaps 10.50.128.0/20 of eu-central-1",
        );
    });
});

describe("RegionPeeringAcceptance", () => {
    const accepting = {
        peeringName: "atlas-primary-to-dr",
        region: "eu-central-1",
        cidr: "10.40.0.0/16",
        peer: { region: "eu-west-1", cidr: "10.50.0.0/16" },
        routeTableIds: ["rtb-0"],
        connectionId: "pcx-1",
    };

    it("accepts the connection and routes to the peer's range through it", async () => {
        const recording = await record(
            () => new RegionPeeringAcceptance("peering", { ...accepting, dnsResolution: true }),
        );
        expect(recording.children).toEqual([
            "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions peering-options",
            "aws:ec2/route:Route peering-route-0",
            "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter peering-connection",
            "drkit:index:RegionPeeringAcceptance peering",
        ]);
        expect(recording.one("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter").inputs).toEqual({
            vpcPeeringConnectionId: "pcx-1",
            autoAccept: true,
            tags: { Name: "atlas-primary-to-dr" },
        });
        expect(recording.one("aws:ec2/route:Route").inputs["destinationCidrBlock"]).toBe("10.50.0.0/16");
        expect(recording.one("aws:ec2/peeringConnectionOptions:PeeringConnectionOptions").inputs["accepter"]).toEqual({
            allowRemoteVpcDnsResolution: true,
        });
    });

    it("has routes only after it accepted: a table of an active connection never holds a black hole", async () => {
        const recording = await record(() => new RegionPeeringAcceptance("peering", accepting));
        expect(recording.dependencies("aws:ec2/route:Route")).toContain(
            "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter peering-connection",
        );
    });

    it("fails on overlapping ranges", async () => {
        await expect(
            record(() => new RegionPeeringAcceptance("peering", { ...accepting, cidr: "10.50.0.0/24" })),
        ).rejects.toThrow("overlaps");
    });
});

describe("validateNoOverlap", () => {
    const owned = (...cidrs: string[]) => cidrs.map((cidr, index) => ({ owner: `region-${index}`, cidr }));

    it("finds nothing wrong with disjoint ranges, neighbours included", () => {
        expect(validateNoOverlap(owned("10.10.0.0/16", "10.11.0.0/16", "10.30.0.0/24"))).toEqual([]);
    });

    it.each([
        [owned("10.10.0.0/16", "10.10.0.0/16"), "cidr of region-0: 10.10.0.0/16 overlaps 10.10.0.0/16 of region-1"],
        [
            owned("10.10.4.0/24", "10.20.0.0/16", "10.10.0.0/16"),
            "cidr of region-0: 10.10.4.0/24 overlaps 10.10.0.0/16 of region-2",
        ],
        [owned("10.10.0.1/16"), 'cidr of region-0: "10.10.0.1/16" found; allowed is a private range (RFC 1918)'],
        [owned("8.8.0.0/16"), 'cidr of region-0: "8.8.0.0/16" found; allowed is a private range'],
    ])("names both owners and what to do: %j", (ranges, message) => {
        const issues = validateNoOverlap(ranges);
        expect(issues).toHaveLength(1);
        expect(issues[0]).toContain(message);
    });

    it("names every pair that overlaps", () => {
        expect(validateNoOverlap(owned("10.0.0.0/8", "10.10.0.0/16", "10.10.1.0/24"))).toHaveLength(3);
    });

    it("agrees with the ranges' arithmetic, whatever their order", () => {
        const range = fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 16, max: 24 })).map(([b, c, prefix]) => {
            const size = 2 ** (32 - prefix);
            const first = (10 * 256 ** 3 + b * 256 ** 2 + c * 256) >>> 0;
            return formatCidr({ first: first - (first % size), prefix });
        });
        fc.assert(
            fc.property(range, range, (one, other) => {
                const expected = overlaps(parseCidr(one)!, parseCidr(other)!) ? 1 : 0;
                return (
                    validateNoOverlap(owned(one, other)).length === expected &&
                    validateNoOverlap(owned(other, one)).length === expected
                );
            }),
        );
    });
});
