import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { environmentSystem, isEnvironmentName } from "./environment";

describe("isEnvironmentName", () => {
    it.each(["prod", "staging", "qa", "eu-staging", "load-test-2", "dr-test", "primary-copy"])("takes %s", (name) => {
        expect(isEnvironmentName(name)).toBe(true);
    });

    it.each([
        ["", "nothing"],
        ["Staging", "upper case"],
        ["staging_2", "no character of a host name"],
        ["2staging", "a digit in front"],
        ["staging-", "a hyphen at the end"],
        ["eu.staging", "two labels"],
        ["a-name-of-21-character", "too long"],
        ["primary", "a role"],
        ["staging-dr", "ends with a role: staging-dr-primary would be two things"],
        ["prod-eu", "begins as production does"],
        ["production", "production by another name"],
        ["ü", "no letter of DNS"],
    ])("refuses %j: %s", (name) => {
        expect(isEnvironmentName(name)).toBe(false);
    });
});

describe("environmentSystem", () => {
    it("is the profile itself in production", () => {
        expect(environmentSystem(fixtureSystem, "prod")).toBe(fixtureSystem);
    });

    it("has the environment in the name, the live name, the gateways' domain and the overlays, and nowhere else", () => {
        const { name, apiHost, gatewayDomain, gitops, ...rest } = environmentSystem(fixtureSystem, "staging");
        expect({ name, apiHost, gatewayDomain, overlays: gitops.overlays }).toEqual({
            name: "atlas-staging",
            apiHost: "staging-gateway.atlas.example",
            gatewayDomain: "staging.atlas.example",
            overlays: { primary: "clusters/staging-frankfurt", dr: "clusters/staging-dublin" },
        });
        expect({ ...fixtureSystem, ...rest }).toEqual(fixtureSystem);
    });

    it("takes a live name that is set", () => {
        expect(environmentSystem(fixtureSystem, "qa", "try.atlas.example").apiHost).toBe("try.atlas.example");
    });

    it("has an overlay of its own wherever that lies", () => {
        const gitops = { ...fixtureSystem.gitops, overlays: { primary: "primary", dr: "a/b/c" } };
        expect(environmentSystem({ ...fixtureSystem, gitops }, "qa").gitops.overlays).toEqual({
            primary: "qa-primary",
            dr: "a/b/qa-c",
        });
    });

    it("has another name in each environment", () => {
        const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/).filter(isEnvironmentName);
        fc.assert(
            fc.property(name, name, (one, other) => {
                fc.pre(one !== other);
                const [first, second] = [one, other].map((each) => environmentSystem(fixtureSystem, each));
                expect(first!.name).not.toBe(second!.name);
                expect(first!.apiHost).not.toBe(second!.apiHost);
            }),
        );
    });
});
