import { describe, expect, it } from "vitest";
import { allDrills } from "../drills";
import { differences, missing } from "./differences";
import { Draws } from "./draws";
import { expectOnRecord } from "./golden";
import { since } from "./normalise";

describe("the goldens", () => {
    it("have every sabotage with the check that it turns red", () => {
        const pairs = allDrills.flatMap(({ id, sabotages }) =>
            sabotages.map((sabotage) => `${id}: ${sabotage.id} turns ${sabotage.expectRed} red`),
        );
        expect(pairs.length).toBeGreaterThan(0);
        expectOnRecord("checks/sabotages", pairs);
    });

    it("tell every difference by its path, added and missing ones too", () => {
        const recorded = { bucket: { inputs: { name: "a", rules: [1, 2] } }, gone: true };
        const found = { bucket: { inputs: { name: "b", rules: [1, 2, 3] } }, added: null };
        expect(differences(recorded, found)).toEqual([
            'bucket > inputs > name: "a" recorded, "b" found',
            "bucket > inputs > rules > 2: nothing recorded, 3 found",
            "gone: true recorded, nothing found",
            "added: nothing recorded, null found",
        ]);
    });

    it("name what a run drew by where it came from, everywhere and the same in each run", () => {
        const run = (vpc: string, role: string, address: string) => {
            const draws = new Draws();
            draws.learn("network-vpc", `vpc-${vpc}`);
            draws.learn("role uniqueId", { uniqueId: role, address });
            return draws.replace({
                subnet: { vpcId: `vpc-${vpc}` },
                key: role,
                at: `${address}:22`,
                account: "123456789012",
                range: "10.0.0.0/16",
            });
        };
        expect(run("0d81ec0fea0009376", "AROAB2A7A1966E60A2C5F", "203.0.113.9")).toEqual({
            account: "123456789012",
            at: "<role uniqueId>:22",
            key: "<role uniqueId 2>",
            range: "10.0.0.0/16",
            subnet: { vpcId: "vpc-<network-vpc>" },
        });
        const other = run("cfdbbdefaaaaaaaaa", "AROA508D471806C394FBA", "198.51.100.7");
        expect(other).toEqual(run("0d81ec0fea0009376", "AROAB2A7A1966E60A2C5F", "203.0.113.9"));
    });

    it("take dependencies for a set, and no other list", () => {
        const resource = (dependencies: string[], rules: string[]) => ({
            "a::bucket": { dependencies, propertyDependencies: { arn: dependencies }, inputs: { rules } },
        });
        expect(differences(resource(["a", "b"], ["x", "y"]), resource(["b", "a"], ["x", "y"]))).toEqual([]);
        expect(differences(resource(["a", "b"], ["x", "y"]), resource(["a", "c"], ["y", "x"]))).toEqual([
            "a::bucket > dependencies > b: true recorded, nothing found",
            "a::bucket > dependencies > c: nothing recorded, true found",
            "a::bucket > propertyDependencies > arn > b: true recorded, nothing found",
            "a::bucket > propertyDependencies > arn > c: nothing recorded, true found",
            'a::bucket > inputs > rules > 0: "x" recorded, "y" found',
            'a::bucket > inputs > rules > 1: "y" recorded, "x" found',
        ]);
    });

    it("show of a phase what it brings, changes and takes away", () => {
        const before = { kept: { size: 1 }, changed: { size: 1 }, lost: {} };
        const after = { kept: { size: 1 }, changed: { size: 2 }, made: {} };
        expect(since(before, after)).toEqual({ changed: { size: 2 }, made: {}, gone: ["lost"] });
        expect(since(undefined, after)).toEqual(after);
    });

    it("miss what is on record and was not found, and welcome what is new", () => {
        expect(missing(["kept", "gone"], ["new", "kept"])).toEqual(["gone"]);
    });
});
