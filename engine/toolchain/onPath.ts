import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "./run";
import { versionIn, type ToolSpec } from "./toolSpecs";

/**
 * The executables of a name on PATH, in PATH's order. Folders of npm (`node_modules/.bin`) are passed over: what lies
 * there is a wrapper of a package and not the tool.
 */
export function executablesOnPath(name: string, env: NodeJS.ProcessEnv): string[] {
    const suffixes = process.platform === "win32" ? [".exe", ".cmd"] : [""];
    const found: string[] = [];
    for (const folder of (env.PATH ?? "").split(path.delimiter)) {
        // An empty or relative entry means the working directory: not a place to take tools from.
        if (!path.isAbsolute(folder) || folder.split(path.sep).includes("node_modules")) continue;
        for (const suffix of suffixes) {
            const file = path.join(folder, name + suffix);
            if (isExecutable(file)) found.push(file);
        }
    }
    return found;
}

export function isExecutable(file: string): boolean {
    try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
    } catch {
        return false;
    }
}

/** Asks an executable for its version; an error says why there is no answer. */
export async function askVersion(
    spec: ToolSpec,
    file: string,
    env: NodeJS.ProcessEnv,
    signal?: AbortSignal,
): Promise<string> {
    const offline = { PULUMI_SKIP_UPDATE_CHECK: "true" };
    const output = await run(file, spec.versionArgs, { env: { ...env, ...offline }, timeoutMs: 20_000, signal });
    const version = versionIn(output);
    if (version === undefined) throw new Error(`it printed no version but ${JSON.stringify(output.slice(0, 80))}`);
    return version;
}

interface Answer {
    readonly size: number;
    readonly mtimeMs: number;
    readonly version: string;
}

/** Bytes. A smaller executable is a script or a version manager's shim, whose answer depends on more than its own file. */
const smallestKnown = 1_000_000;

/**
 * The versions of executables on PATH as they were last told, in one file of the cache, each good for as long as the
 * executable keeps its size and time of change. Saves starting every tool at every start.
 */
export class KnownVersions {
    private readonly answers: Record<string, Answer>;

    constructor(private readonly file: string) {
        this.answers = load(file);
    }

    async version(spec: ToolSpec, executable: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string> {
        const real = fs.realpathSync(executable);
        const { size, mtimeMs } = fs.statSync(real);
        const known = this.answers[real];
        if (known && known.size === size && known.mtimeMs === mtimeMs) return known.version;
        const version = await askVersion(spec, executable, env, signal);
        if (size < smallestKnown) return version;
        this.answers[real] = { size, mtimeMs, version };
        this.save();
        return version;
    }

    private save(): void {
        try {
            fs.mkdirSync(path.dirname(this.file), { recursive: true });
            const temporary = `${this.file}.${process.pid}`;
            fs.writeFileSync(temporary, JSON.stringify(this.answers, null, 4));
            fs.renameSync(temporary, this.file);
        } catch {
            // Only a saving of time: without it the tool is asked again.
        }
    }
}

function load(file: string): Record<string, Answer> {
    try {
        const value: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
        return typeof value === "object" && value !== null ? (value as Record<string, Answer>) : {};
    } catch {
        return {};
    }
}
