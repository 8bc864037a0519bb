import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Bundles a policy pack's index.ts into dist/index.js (CommonJS), so that Pulumi loads it without compiling anything.
 * The file is replaced in one step and only when it changed: several engines may load it at the same time.
 *
 * @param {string} [pack] folder of the pack; default: policies/
 * @returns {Promise<string>} the path of the bundle
 */
export async function buildPolicies(pack = path.join(root, "policies")) {
    const bundle = path.join(pack, "dist", "index.js");
    const { outputFiles } = await build({
        entryPoints: [path.join(pack, "index.ts")],
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node22",
        // Pulumi's packages keep state of their own and find files beside themselves: they stay in node_modules.
        external: ["@pulumi/*"],
        sourcemap: "inline",
        sourcesContent: false,
        logLevel: "silent",
        write: false,
        outfile: bundle,
    });
    const [output] = outputFiles;
    if (output.text === (await readFile(bundle, "utf8").catch(() => undefined))) return bundle;
    await mkdir(path.dirname(bundle), { recursive: true });
    const partial = `${bundle}.${process.pid}.partial`;
    await writeFile(partial, output.contents);
    await rename(partial, bundle);
    return bundle;
}

// No await here: the engine's driver loads this file by require.
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    buildPolicies().catch((error) => {
        console.error(`policies/dist/index.js could not be built.\n${error instanceof Error ? error.message : error}`);
        process.exitCode = 1;
    });
}
