import { kgents } from "../../kgents";
import { testRoadmap } from "../../testing/roadmap";
import { readSettings } from "../index";
import { SettingsError, type SettingsIssue } from "../issue";

/** Reads the settings of a stack. The keys of `values` have no namespace; a value is text or what its JSON says. */
export const read = (values: Record<string, unknown>, stack = "primary", secrets: string[] = []) =>
    readSettings(
        stack,
        "kgents-dr",
        {
            values: Object.fromEntries(
                Object.entries(values).map(([key, value]) => [
                    `kgents-dr:${key}`,
                    typeof value === "string" ? value : JSON.stringify(value),
                ]),
            ),
            isSecret: (key) => secrets.includes(key),
        },
        kgents,
        testRoadmap,
    );

/** The mistakes of a configuration that is refused. */
export function issuesOf(
    values: Record<string, unknown>,
    stack?: string,
    secrets?: string[],
): readonly SettingsIssue[] {
    try {
        read(values, stack, secrets);
    } catch (error) {
        if (error instanceof SettingsError) return error.issues;
        throw error;
    }
    return [];
}
