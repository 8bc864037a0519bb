import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kgents } from "../infra/kgents";
import { settingDocs } from "../infra/settings/reference";
import { readSettings } from "../infra/settings";
import { roadmap } from "./roadmap";

const root = path.join(__dirname, "..");
const project = parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8"));
const top = settingDocs(kgents, roadmap).filter(({ path: key }) => !/[.[]/.test(key));

describe("Pulumi.yaml", () => {
    it("declares every setting that a stack may leave out, as the schema describes it", () => {
        const declared = Object.entries(project.config as Record<string, { description: string }>);
        for (const [key, { description }] of declared)
            expect([key, description]).toEqual([key, top.find(({ path: name }) => name === key)?.description]);
        const absent = top.map(({ path: key }) => key).filter((key) => !(key in project.config));
        // Pulumi asks every stack for a key without a default: what has none, or none but the stack's own, is left to the program.
        expect(
            absent.filter((key) => /^(`|that of its keys)/.test(top.find(({ path: name }) => name === key)!.fallback!)),
        ).toEqual([]);
        expect(absent).toContain("phase");
    });

    it("has defaults that change no setting", () => {
        const read = (more: Record<string, string>) =>
            readSettings(
                "primary",
                project.name,
                { values: { [`${project.name}:phase`]: "10", ...more } },
                kgents,
                roadmap,
            ).settings;
        const defaults = Object.entries(project.config as Record<string, { default: unknown }>).map(
            ([key, { default: value }]) => [`${project.name}:${key}`, JSON.stringify(value)],
        );
        expect(read(Object.fromEntries(defaults))).toEqual(read({}));
    });

    it("requires the CLI that the tests use, and no newer SDK than it", () => {
        const { dependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
        expect(project.requiredPulumiVersion).toBe(`>=${dependencies["@pulumi/pulumi"]}`);
    });
});
