/**
 * `npm run tools -- [tool …]`: installs the tools where needed and prints where they are.
 * `npm run tools -- lock [tool …]`: records the sums of their pinned versions in toolSums.json, for every platform.
 */
import { findTools, lockTools } from "./findTools";
import { toolOrder } from "./toolSpecs";
import type { ToolName } from "./tools";

async function main(): Promise<void> {
    const [first, ...others] = process.argv.slice(2);
    const locks = first === "lock";
    const asked = locks ? others : process.argv.slice(2);
    const unknown = asked.filter((name) => !(toolOrder as readonly string[]).includes(name));
    if (unknown.length > 0) throw new Error(`Unknown tool: ${unknown.join(", ")}. Allowed: ${toolOrder.join(", ")}.`);
    const names = asked.length > 0 ? (asked as ToolName[]) : undefined;

    const interrupted = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const)
        process.once(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));

    const options = {
        names,
        progress: (line: string) => process.stderr.write(`${line}\n`),
        signal: interrupted.signal,
    };
    if (locks) {
        const added = await lockTools(options);
        for (const address of added) console.log(`recorded: ${address}`);
        if (added.length === 0) console.log("Nothing to record: every sum is on record and unchanged.");
        return;
    }
    const tools = await findTools(options);
    for (const [name, tool] of Object.entries(tools))
        console.log(`${name.padEnd(12)} ${tool.version.padEnd(10)} ${tool.origin.padEnd(9)} ${tool.path}`);
}

main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
});
