import type { PolicyResource } from "@pulumi/policy";
import { afterEach, describe, expect, it } from "vitest";
import { heard } from "./engineRequests";
import { outputsOf } from "./otherStacks";
import { identityOf, liveNameIn, roleOf } from "./stacks";

const shop = { project: "shop" };
const urn = (stack: string, project = "shop") => `urn:pulumi:${stack}::${project}::aws:sns/topic:Topic::pages`;

afterEach(() => void delete heard.stack);

describe("the role of a stack", () => {
    it("is what the configuration says, and no other stack has one then", () => {
        const config = { ...shop, stacks: { "prod-frankfurt": "primary", live: "dr" } } as const;
        expect(roleOf(config, urn("prod-frankfurt"))).toBe("primary");
        expect(roleOf(config, urn("live"))).toBe("dr");
        expect(roleOf(config, urn("primary"))).toBeUndefined();
    });

    it("is else what the stack's own settings say", () => {
        heard.stack = {
            ...shop,
            stack: "eu",
            settings: { "shop:role": "dr", "shop:environment": "qa", "other:role": "primary" },
        };
        expect(identityOf(shop, "shop", "eu")).toEqual({ role: "dr", environment: "qa" });
        expect(roleOf({ ...shop, environment: "qa" }, urn("eu"))).toBe("dr");
        expect(roleOf(shop, urn("eu"))).toBeUndefined();
        // Settings are of the stack that runs.
        expect(identityOf(shop, "shop", "us")).toBeUndefined();
    });

    it("is else what its name says, in the environment that the configuration is for", () => {
        expect(roleOf(shop, urn("primary"))).toBe("primary");
        expect(roleOf(shop, urn("staging-dr"))).toBeUndefined();
        expect(roleOf({ ...shop, environment: "staging" }, urn("staging-dr"))).toBe("dr");
        expect(roleOf({ ...shop, environment: "staging" }, urn("dr"))).toBeUndefined();
    });

    it("is none in another project, whatever the name, and where no project is configured", () => {
        expect(roleOf(shop, urn("primary", "payments"))).toBeUndefined();
        expect(roleOf({}, urn("primary"))).toBeUndefined();
        expect(roleOf({ stacks: { primary: "primary" } }, urn("primary"))).toBeUndefined();
    });
});

describe("the live name in a stack's settings", () => {
    it.each([
        [{ "shop:dns": '{"liveName":"qa.shop.example"}' }, "qa.shop.example"],
        [{ "shop:dns": '{"cutover":"done"}' }, undefined],
        [{ "shop:dns": '{"liveName":5}' }, undefined],
        [{ "shop:dns": "not an object" }, undefined],
        [{ "other:dns": '{"liveName":"qa.other.example"}' }, undefined],
        [{}, undefined],
    ])("in %j is %s", (settings: Record<string, string>, liveName) => {
        expect(liveNameIn(settings, "shop")).toBe(liveName);
    });
});

describe("what another stack exports", () => {
    const config = { ...shop, stacks: { eu: "primary", us: "dr" } } as const;
    const reference = (name: string) =>
        [
            { type: "pulumi:pulumi:StackReference", urn: urn("us"), props: { name, outputs: { size: 3 } } },
        ] as unknown as PolicyResource[];

    it.each(["acme/shop/eu", "organization/shop/eu", "acme/eu", "eu"])("is found by the reference %s", (name) => {
        expect(outputsOf(config, reference(name), "primary")).toEqual({ size: 3 });
    });

    it.each(["acme/payments/eu", "acme/shop/us", "acme/shop/primary"])("is not that of %s", (name) => {
        expect(outputsOf(config, reference(name), "primary")).toBeUndefined();
    });
});
