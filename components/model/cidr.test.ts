import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    contains,
    formatCidr,
    isPrivate,
    overlaps,
    parseCidr,
    sizeOf,
    vpcPrefixes,
    zoneSubnets,
    type Cidr,
} from "./cidr";

const cidr = (text: string): Cidr => parseCidr(text)!;

/** Any range with a prefix between two, starting where it may. */
const ranges = (shortest: number, longest: number) =>
    fc
        .tuple(fc.integer({ min: shortest, max: longest }), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
        .map(([prefix, address]): Cidr => ({ first: address - (address % sizeOf(prefix)), prefix }));

describe("parseCidr", () => {
    it.each(["10.0.0.0/8", "0.0.0.0/0", "255.255.255.255/32", "192.168.4.0/22"])("reads %s", (text) => {
        expect(formatCidr(cidr(text))).toBe(text);
    });

    it.each(["10.0.0.1/8", "10.0.0/8", "10.0.0.0/33", "256.0.0.0/8", "10.0.0.0", "", "10.0.0.0/16 ", "::/0"])(
        "refuses %j",
        (text) => {
            expect(parseCidr(text)).toBeUndefined();
        },
    );

    it("reads what formatCidr writes", () => {
        fc.assert(
            fc.property(ranges(0, 32), (range) => {
                expect(parseCidr(formatCidr(range))).toEqual(range);
            }),
        );
    });
});

describe("overlaps", () => {
    it("is symmetric, and true exactly if one range contains the other", () => {
        fc.assert(
            fc.property(ranges(8, 28), ranges(8, 28), (one, other) => {
                expect(overlaps(one, other)).toBe(overlaps(other, one));
                expect(overlaps(one, other)).toBe(contains(one, other) || contains(other, one));
            }),
        );
    });

    it.each([
        ["10.10.0.0/16", "10.10.128.0/24", true],
        ["10.10.0.0/16", "10.11.0.0/16", false],
        ["10.0.0.0/8", "10.30.0.0/24", true],
    ])("of %s and %s is %s", (one, other, expected) => expect(overlaps(cidr(one), cidr(other))).toBe(expected));
});

describe("isPrivate", () => {
    it.each([
        ["10.0.0.0/8", true],
        ["172.16.0.0/12", true],
        ["172.31.0.0/16", true],
        ["172.32.0.0/16", false],
        ["192.168.1.0/24", true],
        ["192.0.0.0/8", false],
        ["100.64.0.0/16", false],
    ])("of %s is %s", (text, expected) => expect(isPrivate(cidr(text))).toBe(expected));
});

describe("zoneSubnets", () => {
    const vpcs = ranges(vpcPrefixes.shortest, vpcPrefixes.longest);
    const all = (vpc: Cidr) => zoneSubnets(vpc).flatMap((zone) => [zone.private, zone.public]);

    it("stays inside the VPC, without overlap, whatever its range", () => {
        fc.assert(
            fc.property(vpcs, (vpc) => {
                const subnets = all(vpc);
                expect(subnets).toHaveLength(6);
                for (const [index, subnet] of subnets.entries()) {
                    expect(contains(vpc, subnet)).toBe(true);
                    for (const other of subnets.slice(index + 1)) expect(overlaps(subnet, other)).toBe(false);
                }
            }),
        );
    });

    it("makes no subnet smaller than AWS allows, and starts each where its prefix may", () => {
        fc.assert(
            fc.property(vpcs, (vpc) => {
                for (const subnet of all(vpc)) {
                    expect(subnet.prefix).toBeLessThanOrEqual(28);
                    expect(parseCidr(formatCidr(subnet))).toEqual(subnet);
                }
            }),
        );
    });

    it("gives every zone the same room, four times as much private as public", () => {
        fc.assert(
            fc.property(vpcs, (vpc) => {
                for (const zone of zoneSubnets(vpc)) {
                    expect(sizeOf(zone.private.prefix)).toBe(sizeOf(vpc.prefix) / 4);
                    expect(sizeOf(zone.public.prefix)).toBe(sizeOf(vpc.prefix) / 16);
                }
            }),
        );
    });
});
