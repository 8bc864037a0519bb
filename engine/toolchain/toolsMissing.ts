import type { Attempt } from "./install";
import type { ToolSpec } from "./toolSpecs";

export interface MissingTool {
    readonly spec: ToolSpec;
    readonly attempts: readonly Attempt[];
}

/** No way led to one or more tools. The message is for the person at the terminal and complete. */
export class ToolsMissing extends Error {
    override readonly name = "ToolsMissing";

    constructor(readonly missing: readonly MissingTool[]) {
        super(message(missing));
    }
}

function message(missing: readonly MissingTool[]): string {
    const lines = [
        missing.length === 1
            ? "A tool could not be found or installed:"
            : `${missing.length} tools could not be found or installed:`,
    ];
    for (const { spec, attempts } of missing) {
        lines.push(`  ${spec.name}, ${spec.wanted}:`);
        for (const { way, reason } of attempts) lines.push(`    - ${way}: ${reason}`);
    }
    lines.push("Install on PATH:", ...missing.map(({ spec }) => `  - ${spec.advice}`));
    lines.push(
        "or allow downloads from github.com and get.pulumi.com, or install Go 1.26 or later (https://go.dev/dl/): then they are built from source.",
    );
    return lines.join("\n");
}
