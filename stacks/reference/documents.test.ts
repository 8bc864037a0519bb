import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { documents } from "./documents";

describe("the pages that are written from the code", () => {
    it.each(Object.entries(documents))("have %s as the code is; npm run docs writes it anew", (file, write) => {
        expect(readFileSync(path.join(__dirname, "../..", file), "utf8")).toBe(write());
    });
});
