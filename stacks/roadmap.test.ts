import path from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { roadmap } from "./roadmap";

describe("the roadmap", () => {
    it("goes upwards, and no number is there twice", () => {
        const ids = roadmap.map(({ id }) => id);
        expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
    });

    it("updates nothing in a stack that does not go up in the phase, and exports nothing from one", () => {
        for (const { id, order, updates = {}, outputs = {} } of roadmap) {
            for (const role of [...Object.keys(updates), ...Object.keys(outputs)])
                expect(order, `phase ${id}, ${role}`).toContain(role);
        }
    });

    it("names an output once a role: the phase that it comes with", () => {
        const named = roadmap.flatMap(({ outputs = {} }) =>
            Object.entries(outputs).flatMap(([role, names]) => names.map((name) => `${role} ${name}`)),
        );
        expect(named).toEqual([...new Set(named)]);
    });

    it("is read without a package: what a phase builds is loaded when a stack is at it", async () => {
        const entry = "stacks/roadmap.ts";
        const { metafile } = await build({
            absWorkingDir: path.join(__dirname, ".."),
            entryPoints: [entry],
            bundle: true,
            splitting: true,
            format: "esm",
            platform: "node",
            packages: "external",
            outdir: "nowhere",
            write: false,
            metafile: true,
        });
        const read = new Set([entry]);
        for (const file of read) {
            for (const { kind, path: imported } of metafile.inputs[file]?.imports ?? [])
                if (kind === "import-statement") read.add(imported);
        }
        expect(read).toContain("stacks/phase13WarmStandby.ts");
        expect(Object.keys(metafile.inputs)).toContain("stacks/builders/warmStandby.ts");
        expect([...read].filter((file) => !(file in metafile.inputs))).toEqual([]);
        expect([...read].filter((file) => file.includes("builders/"))).toEqual([]);
    });
});
