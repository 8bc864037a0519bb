/** `npx tsx rehearsal/toolchain/main.ts [tool …]`: installs the tools where needed and prints where they are. */
import { findTools } from "./findTools";
import { toolOrder } from "./toolSpecs";
import type { ToolName } from "./tools";

async function main(): Promise<void> {
    const unknown = process.argv.slice(2).filter((name) => !(toolOrder as readonly string[]).includes(name));
    if (unknown.length > 0) throw new Error(`Unknown tool: ${unknown.join(", ")}. Allowed: ${toolOrder.join(", ")}.`);
    const names = process.argv.length > 2 ? (process.argv.slice(2) as ToolName[]) : undefined;

    const interrupted = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const)
        process.once(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));

    const tools = await findTools({
        names,
        progress: (line) => process.stderr.write(`${line}\n`),
        signal: interrupted.signal,
    });
    for (const [name, tool] of Object.entries(tools))
        console.log(`${name.padEnd(12)} ${tool.version.padEnd(10)} ${tool.origin.padEnd(9)} ${tool.path}`);
}

main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
});
