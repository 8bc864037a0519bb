import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeEntry } from "./cacheEntry";
import { downloadRelease } from "./download";
import { buildWithGo } from "./goBuild";
import type { Filled, InstallContext } from "./installContext";
import { isRunning } from "./lock";
import { askVersion } from "./onPath";
import { addLanguageHost } from "./pulumiHost";
import { fits, type ToolSpec } from "./toolSpecs";
import { SumChanged } from "./toolSums";
import type { Tool } from "./tools";

/** One way that was tried and why it did not lead to the tool. */
export interface Attempt {
    readonly way: "PATH" | "cache" | "download" | "Go";
    readonly reason: string;
}

interface Source {
    readonly way: Attempt["way"];
    readonly origin: Tool["origin"];
    /** Puts the executables into `<folder>/bin`; returns where they came from. */
    readonly fill: (spec: ToolSpec, folder: string, context: InstallContext) => Promise<Filled>;
}

const download: Source = { way: "download", origin: "download", fill: downloadRelease };
const goBuild: Source = { way: "Go", origin: "built", fill: buildWithGo };

export function entryFolder(spec: ToolSpec, context: InstallContext): string {
    return path.join(context.cache, `${spec.name}-${spec.version}-${context.platform.os}-${context.platform.arch}`);
}

export function executableIn(folder: string, spec: ToolSpec): string {
    return path.join(folder, "bin", spec.name + (process.platform === "win32" ? ".exe" : ""));
}

/**
 * Installs a tool into its folder of the cache by the first source that works, and returns how; undefined if none does
 * (`failed` then has the reasons). Throws a `SumChanged`, which no other source may hide. Only for the holder of the tool's lock. The folder appears whole, by a rename, or not at all.
 *
 * @param found a fitting executable on PATH to copy first (pulumi without a language host beside it).
 */
export async function install(
    spec: ToolSpec,
    context: InstallContext,
    failed: (attempt: Attempt) => void,
    found?: string,
): Promise<Tool["origin"] | undefined> {
    removeLeftovers(context.cache);
    for (const source of [...(found ? [copyOf(found)] : []), download, goBuild]) {
        try {
            await installFrom(source, spec, context);
            return source.origin;
        } catch (error) {
            context.signal?.throwIfAborted();
            if (error instanceof SumChanged) throw error;
            failed({ way: source.way, reason: (error as Error).message });
        }
    }
    return undefined;
}

async function installFrom(source: Source, spec: ToolSpec, context: InstallContext): Promise<void> {
    const temporary = fs.mkdtempSync(path.join(context.cache, `${temporaryPrefix()}${process.pid}-`));
    try {
        const folder = path.join(temporary, "entry");
        fs.mkdirSync(path.join(folder, "bin"), { recursive: true });
        const { source: origin, archive } = await source.fill(spec, folder, context);
        const executable = executableIn(folder, spec);
        if (!fs.existsSync(executable)) throw new Error(`${origin} holds no ${spec.name}`);
        const version = await askVersion(spec, executable, context.env, context.signal);
        if (!fits(spec, version)) throw new Error(`${origin} gave version ${version}, wanted ${spec.wanted}`);
        const languageHost =
            spec.name === "pulumi" ? await addLanguageHost(path.join(folder, "bin"), context.progress) : undefined;
        writeEntry(folder, {
            version,
            source: origin,
            ...(archive && { archive }),
            ...(languageHost && { languageHost }),
        });
        context.signal?.throwIfAborted();

        const target = entryFolder(spec, context);
        if (fs.existsSync(target)) fs.renameSync(target, path.join(temporary, "replaced"));
        fs.renameSync(folder, target);
    } finally {
        fs.rmSync(temporary, { recursive: true, force: true });
    }
}

function copyOf(found: string): Source {
    return {
        way: "PATH",
        origin: "PATH",
        fill: async (spec, folder) => {
            const real = fs.realpathSync(found);
            for (const name of spec.keep) {
                const file = [path.join(path.dirname(real), name), path.join(path.dirname(found), name)].find(
                    (candidate) => fs.existsSync(candidate),
                );
                if (file) fs.copyFileSync(file, path.join(folder, "bin", name));
            }
            return { source: `copy of ${real}` };
        },
    };
}

function temporaryPrefix(): string {
    return `.tmp-${os.hostname()}-`;
}

/** Folders of runs that were killed before they could clean up. */
function removeLeftovers(cache: string): void {
    for (const name of fs.readdirSync(cache)) {
        if (!name.startsWith(temporaryPrefix())) continue;
        const pid = Number.parseInt(name.slice(temporaryPrefix().length), 10);
        if (isRunning(pid)) continue;
        try {
            fs.rmSync(path.join(cache, name), { recursive: true, force: true });
        } catch {
            // A compiler of the killed run still writes there: the next install removes it.
        }
    }
}
