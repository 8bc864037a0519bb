import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameLimits, physicalName, type NameKind } from "./nameLimits";

const kinds = Object.keys(nameLimits) as NameKind[];
const part = fc.stringMatching(/^[a-z][a-z0-9-]{0,300}[a-z0-9]$/);
const parts = fc.array(part, { minLength: 1, maxLength: 4 });

describe("physicalName", () => {
    it.each<[NameKind, number]>([
        ["load balancer", 32],
        ["target group", 32],
        ["bucket", 63],
        ["node group", 63],
        ["bucket metric", 64],
        ["CloudFront function", 64],
        ["IAM role", 64],
        ["Lambda function", 64],
        ["cluster", 100],
        ["instance profile", 128],
        ["launch template", 128],
        ["alarm", 255],
        ["topic", 256],
        ["KMS alias", 250],
        ["secret", 512],
    ])("gives a %s %i characters at most, and all of them", (kind, most) => {
        expect(physicalName(kind, ["a".repeat(most)])).toBe("a".repeat(most));
        const cut = physicalName(kind, ["a".repeat(most + 1)]);
        expect(cut).toMatch(new RegExp(`^a{${most - 9}}-[0-9a-f]{8}$`));
    });

    it.each<[NameKind, (string | number)[], string]>([
        ["load balancer", ["shop-primary", "gateways"], "shop-primary-gateways"],
        ["target group", ["shop-primary-gateways", 0], "shop-primary-gateways-0"],
        ["bucket", ["shop", "nats", "backups", "usw2", "123456789012"], "shop-nats-backups-usw2-123456789012"],
        ["IAM role", ["shop-dr", "ebs-csi"], "shop-dr-ebs-csi"],
    ])("puts hyphens between the parts of a %s", (kind, given, name) => {
        expect(physicalName(kind, given)).toBe(name);
    });

    it("leaves a name that fits as it is", () => {
        fc.assert(
            fc.property(fc.constantFrom(...kinds), parts, (kind, given) => {
                fc.pre(given.join("-").length <= nameLimits[kind]);
                expect(physicalName(kind, given)).toBe(given.join("-"));
            }),
        );
    });

    it("never gives more characters than the kind may have, and ends in a letter or digit", () => {
        fc.assert(
            fc.property(fc.constantFrom(...kinds), parts, (kind, given) => {
                expect(physicalName(kind, given).length).toBeLessThanOrEqual(nameLimits[kind]);
                expect(physicalName(kind, given)).toMatch(/^[a-z].*[a-z0-9]$/);
            }),
        );
    });

    it("never gives one name for two, however late they differ", () => {
        fc.assert(
            fc.property(fc.constantFrom(...kinds), part, part, part, (kind, beginning, one, other) => {
                fc.pre(one !== other);
                expect(physicalName(kind, [beginning, one])).not.toBe(physicalName(kind, [beginning, other]));
            }),
        );
    });

    it("tells parts that meet at another place apart once it cuts", () => {
        fc.assert(
            fc.property(fc.constantFrom(...kinds), part, part, part, (kind, one, middle, other) => {
                const [left, right] = [
                    [`${one}-${middle}`, other],
                    [one, `${middle}-${other}`],
                ];
                const fits = left!.join("-").length <= nameLimits[kind];
                expect(physicalName(kind, left!) === physicalName(kind, right!)).toBe(fits);
            }),
        );
    });

    it.each(["shop-primary", "a".repeat(24)])(
        "keeps a name one character short of its limit and cuts one over it: %s",
        (base) => {
            const missing = nameLimits["load balancer"] - base.length - 1;
            const [short, exact, over] = [-1, 0, 1].map((more) =>
                physicalName("load balancer", [base, "x".repeat(missing + more)]),
            );
            expect([short!.length, exact!.length, over!.length]).toEqual([31, 32, 32]);
            expect(exact).toBe(`${base}-${"x".repeat(missing)}`);
            expect(over).toMatch(/-[0-9a-f]{8}$/);
        },
    );

    it("keeps what people recognise a name by: its beginning", () => {
        expect(physicalName("load balancer", ["a-system-with-a-very-long-name-primary", "gateways"])).toMatch(
            /^a-system-with-a-very-lo-[0-9a-f]{8}$/,
        );
    });
});
