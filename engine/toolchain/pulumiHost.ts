import * as fs from "node:fs";
import * as path from "node:path";
import type { CacheEntry } from "./cacheEntry";
import { isExecutable } from "./onPath";
import { languageHostFingerprint, writeLanguageHost } from "./languageHost/bundle";
import type { Tool } from "./tools";

/*
 * The engine runs TypeScript through a program named pulumi-language-nodejs. Pulumi's own distribution has it beside the
 * CLI, and then it is used. It cannot be built from a Go module, so a CLI that was built gets a small one of ours.
 */

const hostName = process.platform === "win32" ? "pulumi-language-nodejs.exe" : "pulumi-language-nodejs";

/** The folder for `PulumiCommand.get({ root })`: it holds `bin/pulumi` and the language host beside it. */
export function pulumiRoot(tool: Tool): string {
    return path.dirname(path.dirname(tool.path));
}

/** Whether a pulumi on PATH can be used where it is: its folder is named `bin`, and the engine finds the host beside it. */
export function isUsableInPlace(pulumi: string): boolean {
    if (path.basename(path.dirname(pulumi)) !== "bin") return false;
    // The engine looks beside the file that it really is, behind links.
    return isExecutable(path.join(path.dirname(fs.realpathSync(pulumi)), hostName));
}

/** Adds our language host to a `bin` folder that has none; returns its fingerprint, or undefined where one is there. */
export async function addLanguageHost(bin: string, progress: (line: string) => void): Promise<string | undefined> {
    if (fs.existsSync(path.join(bin, hostName))) return undefined;
    if (process.platform === "win32")
        throw new Error(`no ${hostName} comes with it, and the stand-in of this project does not run on Windows`);
    progress("pulumi: no Node.js language host comes with it; a small one of this project stands in");
    await writeLanguageHost(path.join(bin, hostName));
    return languageHostFingerprint();
}

/** Whether an entry holds our language host in another version than this checkout's. */
export function hasOutdatedHost(entry: CacheEntry): boolean {
    return entry.languageHost !== undefined && entry.languageHost !== languageHostFingerprint();
}

/** Exchanges the language host of an entry by one rename: an engine that is running keeps the one it started. */
export async function replaceLanguageHost(bin: string): Promise<string> {
    const temporary = path.join(bin, `.${hostName}.${process.pid}`);
    await writeLanguageHost(temporary);
    fs.renameSync(temporary, path.join(bin, hostName));
    return languageHostFingerprint();
}
