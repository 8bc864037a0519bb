import { describe, expect, it } from "vitest";
import { deliveredPhases, phaseOf, phasesUpTo, providedFrom, titleOf } from "./roadmap";
import { phase, testRoadmap } from "./testing/roadmap";

const ids = (phases: readonly { readonly id: number }[]) => phases.map(({ id }) => id);

describe("a roadmap", () => {
    it("goes up to a phase, and includes it", () => {
        expect(ids(phasesUpTo(testRoadmap, 12))).toEqual([10, 11, 12]);
    });

    it("tells the phases that can be deployed from those that are only planned", () => {
        expect(ids(deliveredPhases(testRoadmap))).toEqual([10, 11, 12, 13]);
    });

    it("finds a phase by its number, and says which there are where there is none", () => {
        expect(phaseOf(testRoadmap, 13).title).toBe("warm standby");
        expect(() => phaseOf(testRoadmap, 9)).toThrow("phase 9 is not on the roadmap: 10, 11, 12, 13, 14");
    });

    it("has no title for what a state says and no roadmap knows", () => {
        expect(titleOf(testRoadmap, 14)).toBe("active-active");
        expect(titleOf(testRoadmap, "thirteen")).toBeUndefined();
    });

    it("knows the phase that an output comes with, by role, and the first for what every stack exports", () => {
        const roadmap = [
            phase(10, "baseline", {}, { outputs: { primary: ["vpcId"] } }),
            phase(13, "warm standby", {}, { outputs: { dr: ["vpcId"] } }),
        ];
        expect(providedFrom(roadmap, "primary", "vpcId")).toBe(10);
        expect(providedFrom(roadmap, "dr", "vpcId")).toBe(13);
        expect(providedFrom(roadmap, "witness", "region")).toBe(10);
    });
});
