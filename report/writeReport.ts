import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { renderPage } from "./html/page";
import type { RehearsalResult } from "./result";
import { reportJsonSchema, validateResult } from "./validate";
import { writeWhole } from "./writeWhole";

/** Absolute or relative as `outDir` was. */
export interface WrittenReport {
    readonly json: string;
    readonly html: string;
    readonly schema: string;
}

/**
 * Writes `report.json` (the result, verbatim), `report.schema.json` (what it keeps to) and `report.html` into
 * `outDir`, which is made if absent. A result that breaks the schema, or claims another verdict than its findings,
 * is an error that lists every fault, and nothing is written. Each file appears whole or not at all: a run that is
 * killed here leaves the last report as it was.
 */
export async function writeReport(result: RehearsalResult, outDir: string): Promise<WrittenReport> {
    const issues = validateResult(result);
    if (issues.length > 0) {
        throw new Error(
            `the rehearsal's result cannot be reported:\n${issues.map((issue) => `- ${issue}`).join("\n")}`,
        );
    }
    const files = { json: "report.json", html: "report.html", schema: "report.schema.json" };
    const page = await renderPage(result);
    await mkdir(outDir, { recursive: true });
    await writeWhole(join(outDir, files.schema), `${JSON.stringify(reportJsonSchema(), undefined, 4)}\n`);
    await writeWhole(join(outDir, files.html), page);
    await writeWhole(join(outDir, files.json), `${JSON.stringify(result, undefined, 4)}\n`);
    return { json: join(outDir, files.json), html: join(outDir, files.html), schema: join(outDir, files.schema) };
}
