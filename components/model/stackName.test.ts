import { describe, expect, it } from "vitest";
import { identityFromName, stackNameOf } from "./stackName";

describe("what a stack's name says", () => {
    it.each([
        ["primary", { role: "primary", environment: "prod" }],
        ["dr", { role: "dr", environment: "prod" }],
        ["staging-primary", { role: "primary", environment: "staging" }],
        ["eu-staging-witness", { role: "witness", environment: "eu-staging" }],
    ] as const)("%s", (stack, identity) => {
        expect(identityFromName(stack)).toEqual(identity);
        expect(stackNameOf(identity)).toBe(stack);
    });

    it.each(["prod", "primary-staging", "stagingprimary", "-dr", "prod-primary", ""])("nothing: %j", (stack) => {
        expect(identityFromName(stack)).toBeUndefined();
    });
});
