import { describe, expect, it } from "vitest";
import type { SystemProfile } from "../components/model/profile";
import { fixtureSystem } from "../components/testing/fixtureSystem";
import { record } from "../components/testing/record";
import { programOf } from "./program";
import { roadmap } from "./roadmap";

describe("programOf", () => {
    it("refuses a system that cannot be deployed with everything that is wrong, before anything is registered", async () => {
        const { primary, dr } = fixtureSystem.regions;
        const system = { ...fixtureSystem, name: "Atlas", regions: { primary, dr } } as SystemProfile;
        let message = "it was not refused";
        const recording = await record(
            async () => {
                await programOf(system, roadmap)().catch((error: Error) => (message = error.message));
            },
            { project: "atlas-dr", stack: "primary" },
        );
        expect(recording.children).toEqual([]);
        expect(message.split("\n")).toEqual([
            'system "Atlas" cannot be deployed:',
            expect.stringMatching(/^ {2}- regions\.witness: nothing found; without a third region that votes, /),
            '  - name: "Atlas" found; allowed are lower-case letters, digits and hyphens, beginning with a letter',
        ]);
    });
});
