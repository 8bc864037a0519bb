import { RunError } from "@pulumi/pulumi";

/** A mistake in the stack's configuration, written for the person who made it. */
export interface SettingsIssue {
    /** Full key with the path inside an object: "shop-dr:cluster.nodes". */
    readonly key: string;
    /** The value found, as written; undefined if there is none. Never the value of a secret. */
    readonly found: string | undefined;
    readonly allowed: string;
    readonly remedy: string;
}

/** What a rule finds: the key inside the settings, and what would be allowed there, or the keys that may be there in its place. */
export type RuleFinding = { readonly path: readonly (string | number)[] } & (
    { readonly allowed: string } | { readonly known: readonly string[] }
);

/** All mistakes of a configuration in one error, which the engine shows without a stack trace. */
export class SettingsError extends RunError {
    constructor(
        stack: string,
        readonly issues: readonly SettingsIssue[],
    ) {
        super(
            `stack ${stack} has ${count(issues.length)} in its configuration:\n${issues.map(formatIssue).join("\n")}`,
        );
    }
}

function formatIssue({ key, found, allowed, remedy }: SettingsIssue): string {
    return `  - ${key}: found ${found ?? "nothing"}\n    allowed: ${allowed}\n    to do: ${remedy}`;
}

function count(mistakes: number): string {
    return mistakes === 1 ? "a mistake" : `${mistakes} mistakes`;
}
