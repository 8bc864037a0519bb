import * as path from "node:path";
import type { InstallContext } from "./installContext";

/** The SHA-256 of a file in a list as `sha256sum` writes it. */
export function checksumOf(name: string, list: string): string | undefined {
    for (const line of list.split("\n")) {
        const [sum, file] = line.trim().split(/\s+\*?/);
        if (file !== undefined && path.posix.basename(file) === name && /^[0-9a-fA-F]{64}$/.test(sum ?? ""))
            return sum?.toLowerCase();
    }
    return undefined;
}

/** DRKIT_TOOL_MIRROR: the address of a mirror that holds `<host>/<path>` of each file. */
export function mirrored(address: string, env: NodeJS.ProcessEnv): string {
    const mirror = env.DRKIT_TOOL_MIRROR;
    if (!mirror) return address;
    const { host, pathname } = new URL(address);
    return `${mirror.replace(/\/+$/, "")}/${host}${pathname}`;
}

/** A text of a release, such as its list of checksums. */
export async function fetchText(address: string, context: InstallContext): Promise<string> {
    return (await fetchAll(mirrored(address, context.env), context)).toString("utf8");
}

/** The body of an address. Fails after `connectMs` without an answer, and after `stallMs` without a further byte. */
export async function fetchAll(
    address: string,
    context: InstallContext,
    progress?: (text: string) => void,
): Promise<Buffer> {
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
