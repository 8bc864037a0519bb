import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fixtureSystem } from "../../components/testing/fixtureSystem";
import { testRoadmap } from "../testing/roadmap";
import { docsOf, settingDocs, settingsPage, undocumented } from "./reference";
import { oneOf, section, yesOrNo } from "./schema";

const docs = settingDocs(fixtureSystem, testRoadmap);
const rowOf = (path: string) => docs.filter((doc) => doc.path === path);

describe("the reference of the settings", () => {
    it("has a description, what is allowed, a default, a stack and a phase for every key", () => {
        expect(undocumented(docs, testRoadmap)).toEqual([]);
        expect(docs.length).toBeGreaterThan(80);
    });

    it("fails on a key of which one of these is missing, or that names a phase off the roadmap", () => {
        const wrong = docsOf(
            section({
                bare: z.string().optional(),
                early: yesOrNo()
                    .default(true)
                    .meta({ description: "Early.", from: { dr: 9 } }),
                inner: section({ deep: oneOf("a", "b").default("a") })
                    .prefault({})
                    .meta({ description: "Inner.", from: { primary: 10 } }),
            }),
            "atlas",
        );
        expect(undocumented(wrong, testRoadmap)).toEqual([
            "bare: no description",
            "bare: nothing says what is allowed",
            "bare: nothing says what holds while it is not set",
            "bare: no stack reads it",
            "early: phase 9 of stack dr is not on the roadmap",
            "inner.deep: no description",
        ]);
    });

    it("tells a default of the system as the system's, and what a section's keys inherit", () => {
        expect(rowOf("gitops.repository")[0]).toMatchObject({
            fallback: `the system's; in atlas \`${JSON.stringify(fixtureSystem.gitops.repository)}\``,
            from: { primary: 13, dr: 13 },
        });
        expect(rowOf("nats.found.users[].name")[0]).toMatchObject({ fallback: "none: it is required" });
        expect(rowOf("phase")[0]).toMatchObject({ fallback: "none: it is required" });
    });

    it("tells once what both forms of a cluster have, and by its form what one has", () => {
        expect(rowOf("cluster.deletionProtection").map(({ variant }) => variant)).toEqual([undefined]);
        expect(rowOf("cluster.name").map(({ variant }) => variant)).toEqual(["`mode: create`", "`mode: adopt`"]);
        expect(rowOf("cluster.storageClass").map(({ variant }) => variant)).toEqual(["`mode: adopt`"]);
    });

    it("is a page with a row for every key", () => {
        const page = settingsPage(docs, "atlas-recovery");
        for (const { path } of docs.filter(({ path }) => path.includes("."))) expect(page).toContain(`| \`${path}\` |`);
        expect(page).toContain("--path atlas-recovery:nats.backup.schedule");
    });
});
