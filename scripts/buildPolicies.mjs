import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** The pack that ships: policies/ knows no system, so what makes a pack of it for one stands with the program. */
const shipped = { pack: path.join(root, "policies"), entry: path.join(root, "stacks", "policyPack.ts") };

/**
 * Bundles a policy pack in two forms: dist/index.js, which the CLI loads from the pack's folder, and the executable dist/pack, which it
 * starts as it is (CLI 3.255 or newer, not on Windows). The executable has Pulumi's SDK in it and no TypeScript compiler, so that it is
 * ready in a third of the time. A pack is bundled from its own index.ts, the shipped one from stacks/policyPack.ts.
 * A file is replaced in one step and only when it changed: several engines may load it at the same time.
 *
 * @param {string} [pack] folder of the pack; default: policies/
 * @returns {Promise<{ folder: string, executable: string }>} what `--policy-pack` takes
 */
export async function buildPolicies(pack = shipped.pack) {
    const folder = path.resolve(pack);
    const entry = folder === shipped.pack ? shipped.entry : path.join(folder, "index.ts");
    const executable = path.join(folder, "dist", "pack");
    await Promise.all([
        // Pulumi's packages keep state of their own and find files beside themselves: the loader has loaded them already.
        bundle(entry, path.join(folder, "dist", "index.js"), { external: ["@pulumi/*"] }),
        bundle(entry, executable, { banner: { js: executableHead }, plugins: [withoutProgramRuntime] }),
    ]);
    return { folder, executable };
}

/**
 * The SDK reads the pack's version from the working folder, which the CLI sets for a folder's loader only. A CLI that is killed, or
 * interrupted while it starts the pack, leaves it behind: the pack ends with it.
 */
const executableHead = `#!/usr/bin/env node
require("node:module").enableCompileCache?.();
process.chdir(require("node:path").dirname(__dirname));
const startedBy = process.ppid;
setInterval(() => process.ppid === startedBy || process.exit(), 1000).unref();`;

/** What the SDK loads to run programs, and a pack never calls: compilers, the package manager's tree, the Automation API. */
const withoutProgramRuntime = {
    name: "without-program-runtime",
    setup(build) {
        const unused =
            /^(@npmcli\/arborist|typescript|ts-node)$|^\.{1,2}\/.*(typescript-shim|ts-node-shim|\/automation)$/;
        build.onResolve({ filter: unused }, ({ path: unneeded }) => ({ path: unneeded, namespace: "unused" }));
        build.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = {};" }));
    },
};

/**
 * @param {string} entry
 * @param {string} outfile
 * @param {import("esbuild").BuildOptions} options
 */
async function bundle(entry, outfile, options) {
    const { outputFiles } = await build({
        entryPoints: [entry],
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node22",
        sourcemap: "inline",
        sourcesContent: false,
        logLevel: "silent",
        write: false,
        outfile,
        ...options,
    });
    const [output] = outputFiles;
    if (output.text === (await readFile(outfile, "utf8").catch(() => undefined))) return;
    await mkdir(path.dirname(outfile), { recursive: true });
    const partial = `${outfile}.${process.pid}.partial`;
    await writeFile(partial, output.contents, { mode: 0o755 });
    await rename(partial, outfile);
}

// No await here: the engine's driver loads this file by require.
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    buildPolicies().catch((error) => {
        console.error(`policies/dist could not be built.\n${error instanceof Error ? error.message : error}`);
        process.exitCode = 1;
    });
}
