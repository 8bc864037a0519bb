import * as fs from "node:fs";
import * as path from "node:path";
import { executablesOnPath } from "./onPath";
import type { Filled, InstallContext } from "./installContext";
import { run } from "./run";
import type { ToolSpec } from "./toolSpecs";

/**
 * Builds a tool into `<folder>/bin` and returns where it came from. Go checks every source against the module's go.sum;
 * `-mod=readonly` refuses to change it.
 */
export async function buildWithGo(spec: ToolSpec, folder: string, context: InstallContext): Promise<Filled> {
    const [go] = executablesOnPath("go", context.env);
    if (!go) throw new Error("go is not on PATH");
    const env: NodeJS.ProcessEnv = { ...context.env, GOWORK: "off", GOTMPDIR: folder };
    const directory = spec.go.module === undefined ? spec.go.directory : path.join(folder, "module");
    const version = (
        await run(go, ["env", "GOVERSION"], { env, cwd: spec.go.directory, signal: context.signal, timeoutMs: 30_000 })
    ).trim();

    context.progress(
        `${spec.name} ${spec.version}: building with ${version}; the first time takes ${spec.go.takes} on two cores`,
    );
    const started = Date.now();
    let packages = 0;
    let fetched = 0;
    const ticker = setInterval(() => {
        const steps = [fetched ? `${fetched} modules downloaded` : "", `${packages} packages compiled`]
            .filter(Boolean)
            .join(", ");
        context.progress(
            `${spec.name} ${spec.version}: still building, ${Math.round((Date.now() - started) / 1000)} s so far (${steps})`,
        );
    }, context.progressMs);
    try {
        if (spec.go.module !== undefined) {
            fs.mkdirSync(directory);
            const step = { env, cwd: directory, signal: context.signal };
            await run(go, ["mod", "init", "drkit.invalid/tool"], step);
            await run(go, ["get", spec.go.module], step);
        }
        const output = path.join(folder, "bin", spec.name + (process.platform === "win32" ? ".exe" : ""));
        await run(
            go,
            [
                "build",
                "-v",
                "-mod=readonly",
                "-trimpath",
                "-buildvcs=false",
                ...spec.go.flags,
                "-o",
                output,
                spec.go.package,
            ],
            {
                env,
                cwd: directory,
                signal: context.signal,
                line: (text) => (text.startsWith("go: ") ? fetched++ : packages++),
            },
        );
    } finally {
        clearInterval(ticker);
        if (spec.go.module !== undefined) fs.rmSync(directory, { recursive: true, force: true });
    }
    context.progress(`${spec.name} ${spec.version}: built in ${Math.round((Date.now() - started) / 1000)} s`);
    return { source: `built with ${version}` };
}
