import { z } from "zod";
import type { RehearsalResult } from "./result";
import { rehearsalSchema } from "./schema";
import { verdict } from "./verdict";

/** The JSON schema of `report.json` (draft 2020-12), written beside every report. */
export function reportJsonSchema(): Record<string, unknown> {
    return { title: "Rehearsal report", ...z.toJSONSchema(rehearsalSchema) };
}

/**
 * Everything that is wrong with a result, each with its path; empty for a good one. Apart from keeping the schema
 * it has to claim the verdict that follows from its own figures, and to name every drill and control once.
 */
export function validateResult(result: unknown): string[] {
    const parsed = rehearsalSchema.safeParse(result);
    if (!parsed.success) {
        return parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || "result"}: ${issue.message}`);
    }
    return [...claimIssues(parsed.data), ...duplicateIssues(parsed.data)];
}

function claimIssues(result: RehearsalResult): string[] {
    const { passed, reasons } = verdict(result);
    if (passed === result.passed) return [];
    return [
        `passed: says ${result.passed}, but its findings say ${passed}${passed ? "" : ` (${reasons[0]?.text})`}; use conclude()`,
    ];
}

function duplicateIssues(result: RehearsalResult): string[] {
    const groups: [path: string, ids: string[]][] = [
        ["drills", result.drills.map((drill) => drill.id)],
        ["controls", result.controls.map((control) => control.id)],
    ];
    return groups.flatMap(([path, ids]) =>
        ids
            .filter((id, index) => ids.indexOf(id) !== index)
            .map((id) => `${path}: the identifier "${id}" is used twice; readers could not tell them apart`),
    );
}
