import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

const sources = ["host.ts", "runProgram.ts", "runPlugin.ts", "resolveRunner.ts", "children.ts"];

/** Version of the installed @pulumi/pulumi: the CLI has to be of the same one. */
export function sdkVersion(): string {
    return packageVersion("@pulumi/pulumi");
}

/** Changes whenever the bundle would: our sources and the libraries that are bundled. */
export function languageHostFingerprint(): string {
    const hash = createHash("sha256");
    for (const name of sources) hash.update(fs.readFileSync(path.join(__dirname, name)));
    for (const name of ["@pulumi/pulumi", "@grpc/grpc-js", "google-protobuf"])
        hash.update(`${name}@${packageVersion(name)}\n`);
    return hash.digest("hex").slice(0, 16);
}

/**
 * Writes the host as one executable file. It is bundled, so that the engine starts it in a fraction of a second and the
 * file works from the cache for any checkout; it needs nothing but `node` on PATH, as the official host does.
 */
export async function writeLanguageHost(file: string): Promise<void> {
    // Loaded only when something is installed: a start with a full cache does not pay for it.
    const esbuild = await import("esbuild");
    await esbuild.build({
        entryPoints: [path.join(__dirname, "host.ts")],
        outfile: file,
        bundle: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        define: { HOST_VERSION: JSON.stringify(sdkVersion()) },
        banner: { js: "#!/usr/bin/env node" },
        legalComments: "inline",
        logLevel: "silent",
        tsconfigRaw: {},
    });
    fs.chmodSync(file, 0o755);
}

function packageVersion(name: string): string {
    // Not every package exports its package.json, so it is looked for, not required.
    const search = createRequire(__filename).resolve.paths(name) ?? [];
    for (const folder of search) {
        const file = path.join(folder, name, "package.json");
        if (fs.existsSync(file)) return (JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version;
    }
    throw new Error(`The package ${name} is not installed; run npm ci.`);
}
