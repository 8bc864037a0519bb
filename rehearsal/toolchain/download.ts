import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { InstallContext } from "./install";
import { run } from "./run";
import type { ToolSpec } from "./toolSpecs";
import { unzip } from "./unzip";

/** The archive is not the one that the release's list of checksums names. */
export class ChecksumMismatch extends Error {
    override readonly name = "ChecksumMismatch";
}

/**
 * Downloads the official release into `<folder>/bin` and returns its address. The archive is checked against the list of
 * SHA-256 sums that the same release publishes, before anything in it is touched. That guards against a broken or
 * exchanged transfer; who wants sources pinned in this project builds with Go.
 */
export async function downloadRelease(spec: ToolSpec, folder: string, context: InstallContext): Promise<string> {
    const release = spec.release(context.platform);
    if (!release) throw new Error(`no release for ${context.platform.os} on ${context.platform.arch}`);

    const sums = (await fetchAll(mirrored(release.checksums, context.env), context)).toString("utf8");
    const name = path.posix.basename(new URL(release.archive).pathname);
    const expected = checksumOf(name, sums);
    if (!expected) throw new Error(`${release.checksums} lists no ${name}`);

    const address = mirrored(release.archive, context.env);
    context.progress(`${spec.name} ${spec.version}: downloading ${address}`);
    const content = await fetchAll(address, context, (text) =>
        context.progress(`${spec.name} ${spec.version}: ${text}`),
    );
    const found = createHash("sha256").update(content).digest("hex");
    if (found !== expected)
        throw new ChecksumMismatch(
            `checksum mismatch: ${address} has SHA-256 ${found}, its release says ${expected}; not used`,
        );

    const archive = path.join(folder, name);
    fs.writeFileSync(archive, content);
    await extract(spec, archive, folder, context);
    fs.rmSync(archive);
    return address;
}

/** The SHA-256 of a file in a list as `sha256sum` writes it. */
export function checksumOf(name: string, list: string): string | undefined {
    for (const line of list.split("\n")) {
        const [sum, file] = line.trim().split(/\s+\*?/);
        if (file !== undefined && path.posix.basename(file) === name && /^[0-9a-fA-F]{64}$/.test(sum ?? ""))
            return sum?.toLowerCase();
    }
    return undefined;
}

/** KGENTS_TOOL_MIRROR: the address of a mirror that holds `<host>/<path>` of each file. */
function mirrored(address: string, env: NodeJS.ProcessEnv): string {
    const mirror = env.KGENTS_TOOL_MIRROR;
    if (!mirror) return address;
    const { host, pathname } = new URL(address);
    return `${mirror.replace(/\/+$/, "")}/${host}${pathname}`;
}

async function extract(spec: ToolSpec, archive: string, folder: string, context: InstallContext): Promise<void> {
    const bin = path.join(folder, "bin");
    const wanted = (name: string) => spec.keep.includes(name.replace(/\.(exe|cmd)$/, ""));
    if (archive.endsWith(".zip")) {
        unzip(archive, bin, wanted);
    } else {
        const unpacked = path.join(folder, "unpacked");
        fs.mkdirSync(unpacked);
        await run("tar", ["-xzf", archive, "-C", unpacked], { env: context.env, signal: context.signal });
        for (const file of fs.readdirSync(unpacked, { recursive: true, withFileTypes: true })) {
            if (file.isFile() && wanted(file.name))
                fs.renameSync(path.join(file.parentPath, file.name), path.join(bin, file.name));
        }
        fs.rmSync(unpacked, { recursive: true });
    }
    for (const name of fs.readdirSync(bin)) fs.chmodSync(path.join(bin, name), 0o755);
}

/** The body of an address. Fails after `connectMs` without an answer, and after `stallMs` without a further byte. */
async function fetchAll(address: string, context: InstallContext, progress?: (text: string) => void): Promise<Buffer> {
    const stopped = new AbortController();
    const watch = (ms: number, what: string) =>
        setTimeout(() => stopped.abort(new Error(`${what} in ${ms / 1000} s`)), ms);
    let timer = watch(context.connectMs, "no answer");
    const signal = context.signal ? AbortSignal.any([context.signal, stopped.signal]) : stopped.signal;
    try {
        const response = await fetch(address, { signal });
        if (!response.ok || !response.body) throw new Error(`HTTP status ${response.status}`);
        const total = Number(response.headers.get("content-length")) || undefined;
        const chunks: Uint8Array[] = [];
        let size = 0;
        let told = Date.now();
        for await (const chunk of response.body) {
            clearTimeout(timer);
            timer = watch(context.stallMs, "no further byte");
            chunks.push(chunk);
            size += chunk.length;
            if (Date.now() - told >= context.progressMs) {
                told = Date.now();
                progress?.(`${megabytes(size)}${total ? ` of ${megabytes(total)}` : ""} MB downloaded`);
            }
        }
        return Buffer.concat(chunks);
    } catch (error) {
        context.signal?.throwIfAborted();
        throw new Error(`${address}: ${reason(error)}`, { cause: error });
    } finally {
        clearTimeout(timer);
    }
}

function megabytes(bytes: number): string {
    return (bytes / 1e6).toFixed(0);
}

/** `fetch` hides the reason ("fetch failed") behind one or two causes. */
function reason(error: unknown): string {
    let deepest = error as Error & { code?: string };
    while (deepest.cause instanceof Error) deepest = deepest.cause as Error;
    return deepest.message || deepest.code || String(deepest);
}
