import * as fs from "node:fs";
import * as path from "node:path";
import { type CacheEntry, readEntry, writeEntry } from "./cacheEntry";
import { cacheFolder } from "./cacheFolder";
import { type Attempt, entryFolder, executableIn, install } from "./install";
import type { InstallContext } from "./installContext";
import { withLock } from "./lock";
import { executablesOnPath, KnownVersions } from "./onPath";
import { hasOutdatedHost, isUsableInPlace, replaceLanguageHost } from "./pulumiHost";
import { lockSums, readSums, toolSumsFile } from "./toolSums";
import { fits, natsServerSpec, toolOrder, toolSpec, type ToolSpec } from "./toolSpecs";
import { rehearsalTools, type Found, type RehearsalTool, type Tool, type ToolName } from "./tools";
import { type MissingTool, ToolsMissing } from "./toolsMissing";

export { pulumiRoot } from "./pulumiHost";

export interface FindToolsOptions<Name extends ToolName = ToolName> {
    /** Default: those of a rehearsal. */
    readonly names?: readonly Name[];
    /** Exactly this version of nats-server. Default: the pinned one, or any that fits on PATH. */
    readonly natsServer?: string;
    /** Called with a line for each attempt, and about every 15 s during one that takes long. Default: silent. */
    readonly progress?: (line: string) => void;
    /** Ends whatever is under way (a download, a build with its compilers), leaving nothing half-made. */
    readonly signal?: AbortSignal;
    /** The lock file with the sums of downloads. Default: this project's. */
    readonly sumsFile?: string;
    /** PATH, HOME, DRKIT_TOOL_CACHE, DRKIT_TOOL_MIRROR and so on. Default: this process's. */
    readonly env?: NodeJS.ProcessEnv;
    /** Milliseconds between two lines of progress of a long step. Default 15,000. */
    readonly progressMs?: number;
    /** Milliseconds that a download server may take to answer. Default 5,000. */
    readonly connectMs?: number;
}

/**
 * Finds the programs that a rehearsal runs: on PATH in a version that fits, else in the user's cache, else by the official
 * download, else built with Go. What was installed once is there at once the next time.
 *
 * @throws ToolsMissing when a tool cannot be had: every way that was tried with its reason, and what to install.
 * @throws SumChanged when a download is not the one on record in toolSums.json.
 */
export async function findTools<Name extends ToolName = RehearsalTool>(
    options: FindToolsOptions<Name> = {},
): Promise<Found<Name>> {
    const context = contextOf(options);
    const known = new KnownVersions(path.join(context.cache, "path-versions.json"));

    const names: readonly ToolName[] = options.names ?? rehearsalTools;
    const tools: Partial<Record<ToolName, Tool>> = {};
    const missing: MissingTool[] = [];
    for (const name of toolOrder.filter((one) => names.includes(one))) {
        const { natsServer } = options;
        const spec = name === "nats-server" && natsServer !== undefined ? natsServerSpec(natsServer) : toolSpec(name);
        const attempts: Attempt[] = [];
        const tool = await findTool(spec, context, known, (attempt) => {
            attempts.push(attempt);
            context.progress(`${spec.name}: ${attempt.way}: ${attempt.reason}`);
        });
        if (tool) tools[name] = tool;
        else missing.push({ spec, attempts });
    }
    if (missing.length > 0) throw new ToolsMissing(missing);
    return tools as Found<Name>;
}

/**
 * Records the sums of the tools' pinned versions in the lock file, for every platform. Returns the addresses that are new on record.
 *
 * @throws SumChanged where a release's own list has another sum than the record.
 */
export async function lockTools(options: FindToolsOptions<ToolName> = {}): Promise<string[]> {
    const context = contextOf(options);
    const added: string[] = [];
    for (const name of options.names ?? toolOrder)
        added.push(...(await lockSums(toolSpec(name), context.sumsFile, context)));
    return added;
}

function contextOf(options: FindToolsOptions<ToolName>): InstallContext {
    const env = options.env ?? process.env;
    return {
        env,
        cache: cacheFolder(env),
        sumsFile: options.sumsFile ?? toolSumsFile,
        platform: { os: process.platform, arch: process.arch },
        progress: options.progress ?? (() => undefined),
        progressMs: options.progressMs ?? 15_000,
        connectMs: options.connectMs ?? 5_000,
        stallMs: 30_000,
        signal: options.signal,
    };
}

type Failed = (attempt: Attempt) => void;

async function findTool(
    spec: ToolSpec,
    context: InstallContext,
    known: KnownVersions,
    failed: Failed,
): Promise<Tool | undefined> {
    context.signal?.throwIfAborted();
    const found = await findOnPath(spec, context, known, failed);
    if (found && (spec.name !== "pulumi" || isUsableInPlace(found.path))) {
        context.progress(`${spec.name} ${found.version}: on PATH (${found.path})`);
        return found;
    }
    if (found)
        failed({
            way: "PATH",
            reason: `${found.path} is ${found.version}, but has no Node.js language host in a bin folder beside it`,
        });

    const folder = entryFolder(spec, context);
    const entry = recordedEntry(folder, context);
    if (typeof entry === "object" && !hasOutdatedHost(entry)) return cached(spec, folder, entry, context);
    failed({
        way: "cache",
        reason:
            entry === undefined
                ? `nothing in ${folder}`
                : `${folder} cannot be used and is replaced: ${stateOf(entry)}`,
    });

    try {
        fs.mkdirSync(context.cache, { recursive: true });
        fs.accessSync(context.cache, fs.constants.W_OK);
    } catch (error) {
        failed({
            way: "cache",
            reason: `${context.cache} cannot be written (${(error as Error).message}); set DRKIT_TOOL_CACHE to a folder that can`,
        });
        return undefined;
    }
    const lock = {
        signal: context.signal,
        waiting: (holder: string) => context.progress(`${spec.name}: waiting for ${holder}, which is installing it`),
    };
    return withLock(`${folder}.lock`, lock, () => installOrRepair(spec, folder, context, failed, found?.path));
}

/** Under the lock, so looked at again first: whoever held it before may have done the work. */
async function installOrRepair(
    spec: ToolSpec,
    folder: string,
    context: InstallContext,
    failed: Failed,
    onPath?: string,
): Promise<Tool | undefined> {
    const entry = recordedEntry(folder, context);
    if (typeof entry === "object" && hasOutdatedHost(entry)) {
        const languageHost = await replaceLanguageHost(path.join(folder, "bin"));
        writeEntry(folder, { ...entry, languageHost });
        context.progress(`${spec.name} ${entry.version}: language host renewed`);
    }
    if (typeof entry === "object") return cached(spec, folder, entry, context);
    const origin = await install(spec, context, failed, onPath);
    const installed = readEntry(folder);
    if (!origin || typeof installed !== "object") return undefined;
    context.progress(`${spec.name} ${installed.version}: installed in ${folder}`);
    return { path: executableIn(folder, spec), version: installed.version, origin };
}

/** The entry of the cache, if what it was made from is what the lock file records. */
function recordedEntry(folder: string, { sumsFile }: InstallContext): ReturnType<typeof readEntry> {
    const entry = readEntry(folder);
    if (typeof entry !== "object" || entry.archive === undefined) return entry;
    const { address, sha256 } = entry.archive;
    const recorded = readSums(sumsFile)[address];
    if (recorded === undefined || recorded === sha256) return entry;
    return `it was made from ${address} with SHA-256 ${sha256}; ${path.basename(sumsFile)} records ${recorded}`;
}

function stateOf(entry: CacheEntry | string): string {
    return typeof entry === "string" ? entry : "its language host is of another version of this project";
}

function cached(spec: ToolSpec, folder: string, entry: CacheEntry, context: InstallContext): Tool {
    context.progress(`${spec.name} ${entry.version}: in the cache (${folder})`);
    return { path: executableIn(folder, spec), version: entry.version, origin: "cache" };
}

async function findOnPath(
    spec: ToolSpec,
    context: InstallContext,
    known: KnownVersions,
    failed: Failed,
): Promise<Tool | undefined> {
    const candidates = executablesOnPath(spec.name, context.env);
    if (candidates.length === 0) failed({ way: "PATH", reason: "not found" });
    for (const file of candidates) {
        try {
            const version = await known.version(spec, file, context.env, context.signal);
            if (fits(spec, version)) return { path: file, version, origin: "PATH" };
            failed({ way: "PATH", reason: `${file} is ${version}, wanted ${spec.wanted}` });
        } catch (error) {
            context.signal?.throwIfAborted();
            failed({ way: "PATH", reason: `${file} does not tell its version: ${(error as Error).message}` });
        }
    }
    return undefined;
}
