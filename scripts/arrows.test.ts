import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import extractDepcruiseOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import { afterEach, describe, expect, it } from "vitest";

const config = path.join(__dirname, "../.dependency-cruiser.mjs");
const folders: string[] = [];

/** Lints a tree of the given files by the shipped rules: "rule: from -> to" of each arrow that turns red. */
async function lint(files: Readonly<Record<string, string>>): Promise<string[]> {
    const baseDir = mkdtempSync(path.join(tmpdir(), "drkit-arrows-"));
    folders.push(baseDir);
    for (const [file, text] of Object.entries(files)) {
        mkdirSync(path.join(baseDir, path.dirname(file)), { recursive: true });
        writeFileSync(path.join(baseDir, file), text);
    }
    const options = await extractDepcruiseOptions(config);
    const sources = Object.keys(files).filter((file) => file.endsWith(".ts"));
    const { output } = await cruise(sources, { ...options, baseDir, validate: true });
    return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}

/** A file that others import. */
const leaf = "export const value = 1;\nexport type Value = number;\n";
const from = (specifier: string) => `import { value } from "${specifier}";\nexport const copy = value;\n`;
const typeFrom = (specifier: string) => `import type { Value } from "${specifier}";\nexport type Copy = Value;\n`;

describe("the lint of arrows between rooms", () => {
    afterEach(() => {
        for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    });

    it.each([
        ["components", "components/failover/a.ts", "infra/contracts.ts"],
        ["components/model", "components/model/a.ts", "components/nats/rules.ts"],
        ["policies", "policies/a.ts", "infra/kgents.ts"],
        ["infra", "infra/a.ts", "stacks/roadmap.ts"],
        ["stacks", "stacks/program.ts", "policies/a.ts"],
        ["stacks", "stacks/program.ts", "stacks/policyPack.ts"],
        ["engine", "engine/driver/a.ts", "stacks/program.ts"],
        ["engine", "engine/driver/a.ts", "report/result.ts"],
        ["report", "report/a.ts", "infra/contracts.ts"],
        ["testbed", "testbed/nats/a.ts", "infra/kgents.ts"],
        ["operate", "operate/a.ts", "stacks/program.ts"],
        ["operate", "operate/a.ts", "rehearsal/estate.ts"],
        ["rehearsal", "rehearsal/a.ts", "policies/backups.ts"],
        ["tests-in-components", "components/nats/a.test.ts", "infra/kgents.ts"],
        ["tests-in-engine", "engine/driver/testing.ts", "stacks/program.ts"],
    ])("turns red for what %s may not import: %s -> %s", async (room, file, target) => {
        const specifier = path.relative(path.dirname(file), target.replace(/\.ts$/, ""));
        const relative = specifier.startsWith(".") ? specifier : `./${specifier}`;
        const red = [`arrows-of-${room}: ${file} -> ${target}`];
        expect(await lint({ [file]: from(relative), [target]: leaf })).toEqual(red);
        expect(await lint({ [file]: typeFrom(relative), [target]: leaf })).toEqual(red);
        const lazily = `export const load = () => import("${relative}");\n`;
        expect(await lint({ [file]: lazily, [target]: leaf })).toEqual(red);
    });

    it("turns red for a circle, of types alone too", async () => {
        const red = [expect.stringMatching(/^no-circle: /)];
        const circle = (back: string) => ({
            "infra/a.ts": `${typeFrom("./b")}${leaf}`,
            "infra/b.ts": `${back}${leaf}`,
        });
        expect(await lint(circle(from("./a")))).toEqual(red);
        expect(await lint(circle(typeFrom("./a")))).toEqual(red);
        expect(await lint(circle(""))).toEqual([]);
    });

    it("turns red for a policy that loads a provider's SDK with a component", async () => {
        const files = {
            "policies/a.ts": from("../components/nats/cluster"),
            "components/nats/cluster.ts": `import * as aws from "@pulumi/aws";\nexport const value = aws;\n`,
            "node_modules/@pulumi/aws/package.json": `{ "name": "@pulumi/aws", "main": "index.js" }`,
            "node_modules/@pulumi/aws/index.js": "module.exports = {};",
            "package.json": `{ "dependencies": { "@pulumi/aws": "7" } }`,
        };
        expect(await lint(files)).toEqual([
            "policies-load-no-provider: policies/a.ts -> node_modules/@pulumi/aws/index.js",
        ]);
    });

    it("turns red for a test's fixture in the product, and for a folder that the table does not know", async () => {
        expect(
            await lint({ "infra/a.ts": from("../components/testing/record"), "components/testing/record.ts": leaf }),
        ).toEqual(["product-without-tests: infra/a.ts -> components/testing/record.ts"]);
        expect(await lint({ "attic/a.ts": from("../infra/contracts"), "infra/contracts.ts": leaf })).toEqual([
            "a-row-for-each-room: attic/a.ts -> infra/contracts.ts",
        ]);
    });

    it("allows what the table says", async () => {
        expect(
            await lint({
                "components/nats/rules.ts": from("../model/duration"),
                "components/model/duration.ts": leaf,
                "stacks/policyPack.ts": from("../policies/a"),
                "policies/a.ts": from("../components/nats/rules"),
                "operate/a.ts": from("../stacks/roadmap"),
                "stacks/roadmap.ts": from("../infra/outputs"),
                "infra/outputs.ts": from("../components/model/duration"),
                "rehearsal/a.ts": from("../stacks/policyPack"),
                "engine/a.test.ts": from("../testbed/nats/server"),
                "testbed/nats/server.ts": from("../../engine/state"),
                "engine/state.ts": leaf,
            }),
        ).toEqual([]);
    });
});
