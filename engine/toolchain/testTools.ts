import { describe } from "vitest";
import { findTools, type FindToolsOptions } from "./findTools";
import type { Found, ToolName } from "./tools";

export interface TestTools<Name extends ToolName> {
    readonly available: boolean;
    /** Why not, for people; empty where all are available. */
    readonly reason: string;
    /** To be used in tests and hooks; where the tools are not available, touching one throws the reason. */
    readonly tools: Found<Name>;
}

/**
 * The real tools for a test file, installed on first use (which takes minutes where they have to be built; the progress is in the output).
 * With DRKIT_REQUIRE_TOOLS=1, as in CI, a tool that cannot be had is an error instead of a reason to skip.
 */
export async function testTools<Name extends ToolName>(
    names: readonly Name[],
    options: FindToolsOptions = {},
): Promise<TestTools<Name>> {
    const env = options.env ?? process.env;
    try {
        const tools = await findTools<Name>({ progress: tellWork, ...options, names });
        return { available: true, reason: "", tools };
    } catch (error) {
        const reason = (error as Error).message;
        if (isSet(env.DRKIT_REQUIRE_TOOLS)) throw error;
        return { available: false, reason, tools: unavailable(reason) };
    }
}

/**
 * A `describe` for tests that need real tools: skipped as a whole, with the reason in the output, where one cannot be had.
 *
 * @example describeWithTools("three servers", ["nats-server", "nats"], (tools) => { it("…", () => start(tools["nats-server"])) })
 */
export function describeWithTools<Name extends ToolName>(
    title: string,
    names: readonly Name[],
    body: (tools: Found<Name>) => void,
    options: FindToolsOptions = {},
): void {
    // Looked for while tests are collected: no test's timeout runs during a build.
    describe(title, async () => {
        const { available, reason, tools } = await testTools(names, options);
        if (!available) process.stderr.write(`\nSKIPPED: ${title}\n${reason}\n`);
        const inner = available ? describe : describe.skip;
        inner(available ? `with ${names.join(", ")}` : `skipped: no ${names.join(", ")} (reason above)`, () =>
            body(tools),
        );
    });
}

/** Only what takes time is worth a line in the output of tests. */
function tellWork(line: string): void {
    if (/ (downloading|building|still|built|waiting|renewed) ?/.test(line)) process.stderr.write(`${line}\n`);
}

function unavailable<Name extends ToolName>(reason: string): Found<Name> {
    return new Proxy({} as Found<Name>, {
        get: (_target, name) => {
            throw new Error(`${String(name)} is not available: ${reason}`);
        },
    });
}

function isSet(value: string | undefined): boolean {
    return value !== undefined && !["", "0", "false"].includes(value);
}
