import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as typescript from "typescript";
import { create } from "../scripts/transpileCached.mjs";

const source = 'import { join } from "node:path";\nexport const answer: string = join("a", "b");\n';

describe("the program's transpiler", () => {
    let root: string;
    beforeEach(() => (root = mkdtempSync(path.join(tmpdir(), "kgents-transpile-"))));
    afterEach(() => rmSync(root, { recursive: true, force: true }));

    const transpiler = (options: object = {}) =>
        create({
            service: {
                config: {
                    options: { configFilePath: path.join(root, "tsconfig.json"), module: 1, target: 9, ...options },
                },
            },
        } as never);
    const memory = () => path.join(root, "node_modules", ".cache", "program");
    const remembered = () => readdirSync(memory());
    const fileName = "answer.ts";

    it("gives what TypeScript gives, the first time and every other", () => {
        const { outputText } = typescript.transpileModule(source, {
            fileName,
            compilerOptions: { module: 1, target: 9 },
        });
        expect(transpiler().transpile(source, { fileName }).outputText).toBe(outputText);
        expect(transpiler().transpile(source, { fileName }).outputText).toBe(outputText);
        expect(remembered()).toHaveLength(1);
    });

    it("remembers: what is there is not made again", () => {
        transpiler().transpile(source, { fileName });
        writeFileSync(path.join(memory(), remembered()[0]!), JSON.stringify({ outputText: "remembered" }));
        expect(transpiler().transpile(source, { fileName }).outputText).toBe("remembered");
    });

    it("takes another source, and other options, for something else", () => {
        transpiler().transpile(source, { fileName });
        transpiler().transpile(`${source}// changed`, { fileName });
        transpiler({ target: 10 }).transpile(source, { fileName });
        expect(remembered()).toHaveLength(3);
    });

    it("makes a half-written memory again", () => {
        const { outputText } = transpiler().transpile(source, { fileName });
        const file = path.join(memory(), remembered()[0]!);
        writeFileSync(file, readFileSync(file, "utf8").slice(0, 20));
        expect(transpiler().transpile(source, { fileName }).outputText).toBe(outputText);
        expect(JSON.parse(readFileSync(file, "utf8")).outputText).toBe(outputText);
    });

    it("does not remember a mistake, which has to be shown each time", () => {
        expect(transpiler().transpile("const = 1;", { fileName }).diagnostics).not.toEqual([]);
        expect(() => remembered()).toThrow("ENOENT");
    });

    it("works where nothing can be written", () => {
        writeFileSync(path.join(root, "node_modules"), "");
        expect(transpiler().transpile(source, { fileName }).outputText).toContain("exports.answer");
    });
});
