import { describe, expect, it } from "vitest";
import { namesOf } from "./names";
import { roles } from "./profile";
import { fixtureSystem } from "../testing/fixtureSystem";

describe("namesOf", () => {
    it("names the standby's cluster as the roadmap does", () => {
        expect(namesOf(fixtureSystem, fixtureSystem.regions.dr)).toEqual({
            base: "atlas-dr",
            cluster: "atlas-dr",
            vpc: "atlas-dr",
        });
    });

    it("gives no two regions the same name", () => {
        const names = roles.map((role) => namesOf(fixtureSystem, fixtureSystem.regions[role]).cluster);
        expect(new Set(names).size).toBe(roles.length);
    });
});
