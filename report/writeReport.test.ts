import Ajv2020 from "ajv/dist/2020";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleResult } from "./testing/sampleResult";
import { writeReport } from "./writeReport";

let dir: string;
beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "drkit-report-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("writing a report", () => {
    it("leaves the result verbatim, its schema and the page in a folder that it makes", async () => {
        const out = join(dir, "deep", "out");
        const result = sampleResult();
        const written = await writeReport(result, out);
        expect(written).toEqual({
            json: join(out, "report.json"),
            html: join(out, "report.html"),
            schema: join(out, "report.schema.json"),
        });
        expect(readdirSync(out).sort()).toEqual(["report.html", "report.json", "report.schema.json"]);
        const json: unknown = JSON.parse(readFileSync(written.json, "utf8"));
        expect(json).toEqual(result);
        const schema = JSON.parse(readFileSync(written.schema, "utf8"));
        expect(new Ajv2020({ strict: false, formats: { "date-time": true, date: true } }).validate(schema, json)).toBe(
            true,
        );
        expect(readFileSync(written.html, "utf8")).toMatch(/^<!DOCTYPE html>[\s\S]*<\/html>\n$/);
    });

    it("refuses a broken result, names every fault and leaves the last report as it was", async () => {
        const { json } = await writeReport(sampleResult(), dir);
        const before = readFileSync(json, "utf8");
        const broken = { ...sampleResult(), seconds: Number.POSITIVE_INFINITY, revision: "" };
        await expect(writeReport(broken, dir)).rejects.toThrow(/cannot be reported:\n- seconds: .*\n- revision: /);
        expect(readFileSync(json, "utf8")).toBe(before);
    });

    it("replaces the last report and leaves no draft behind", async () => {
        await writeReport(sampleResult(), dir);
        const { json } = await writeReport(sampleResult({ revision: "another" }), dir);
        expect(JSON.parse(readFileSync(json, "utf8")).revision).toBe("another");
        expect(readdirSync(dir)).toHaveLength(3);
    });
});
