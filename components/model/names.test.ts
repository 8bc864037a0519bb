import { describe, expect, it } from "vitest";
import { namesOf } from "./names";
import { kgents, roles } from "./profile";

describe("namesOf", () => {
    it("names the standby's cluster as the roadmap does", () => {
        expect(namesOf(kgents, kgents.regions.dr)).toEqual({
            base: "kgents-dr",
            cluster: "kgents-dr",
            vpc: "kgents-dr",
        });
    });

    it("gives no two regions the same name", () => {
        const names = roles.map((role) => namesOf(kgents, kgents.regions[role]).cluster);
        expect(new Set(names).size).toBe(roles.length);
    });
});
