import { describe, expect, it } from "vitest";
import { nearest } from "./nearest";

describe("nearest", () => {
    it.each([
        ["phse", "phase"],
        ["Cluster", "cluster"],
        ["vpc-cidr", "vpcCidr"],
        ["something", undefined],
        ["x", undefined],
    ])("of %j is %j", (text, expected) => expect(nearest(text, ["phase", "cluster", "vpcCidr"])).toBe(expected));
});
