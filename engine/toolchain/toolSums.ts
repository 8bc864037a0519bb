import * as fs from "node:fs";
import * as path from "node:path";
import { checksumOf, fetchText } from "./fetchRelease";
import type { InstallContext } from "./installContext";
import { releasePlatforms, type ToolSpec } from "./toolSpecs";

/** SHA-256 of release archives by their official addresses, mirrors or not. */
export type ToolSums = Readonly<Record<string, string>>;

/** The lock file of the downloads: what was recorded once never changes without a commit. */
export const toolSumsFile = path.join(__dirname, "toolSums.json");

/** How the sums of a new version get into the lock file. */
export const lockCommand = "npm run tools -- lock";

/** An archive is not the one on record. Nothing is installed in its place: a release that was replaced is for a person to look at. */
export class SumChanged extends Error {
    override readonly name = "SumChanged";

    constructor({ name, version }: ToolSpec, address: string, found: string, recorded: string) {
        super(
            `${name} ${version}: ${address} has SHA-256 ${found}; ${path.basename(toolSumsFile)} records ${recorded}. Not used.\n` +
                `  The release was replaced, or the transfer was changed on its way. Compare with what the publisher announces:\n` +
                `  - if the recorded sum is right, set DRKIT_TOOL_MIRROR to another source, or put ${name} on PATH;\n` +
                `  - if the publisher replaced the release on purpose, delete its line in engine/toolchain/toolSums.json and run ${lockCommand} ${name}.`,
        );
    }
}

/** The sums on record; none where there is no file. */
export function readSums(file: string): ToolSums {
    let text: string;
    try {
        text = fs.readFileSync(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
        throw error;
    }
    const sums = JSON.parse(text) as Record<string, unknown>;
    for (const [address, sum] of Object.entries(sums)) {
        if (typeof sum !== "string" || !/^[0-9a-f]{64}$/.test(sum))
            throw new Error(
                `${file}: ${JSON.stringify(sum)} for ${address}; allowed: a SHA-256 sum, 64 hexadecimal digits in lower case. Delete the line and run ${lockCommand}.`,
            );
    }
    return sums as ToolSums;
}

/**
 * Records the sums of a tool's pinned version for every platform it is released for, as the release's own lists have them. Returns
 * the addresses that are new on record.
 *
 * @throws SumChanged where a list has another sum than the record; then nothing is written.
 */
export async function lockSums(spec: ToolSpec, file: string, context: InstallContext): Promise<string[]> {
    const recorded = readSums(file);
    const lists = new Map<string, Promise<string>>();
    const found: Record<string, string> = {};
    for (const platform of releasePlatforms) {
        const release = spec.release(platform);
        if (!release) continue;
        if (!lists.has(release.checksums)) lists.set(release.checksums, fetchText(release.checksums, context));
        const sum = checksumOf(
            path.posix.basename(new URL(release.archive).pathname),
            await lists.get(release.checksums)!,
        );
        if (sum === undefined) {
            context.progress(
                `${spec.name} ${spec.version}: ${release.checksums} lists no archive for ${platform.os} on ${platform.arch}`,
            );
            continue;
        }
        const before = recorded[release.archive];
        if (before !== undefined && before !== sum) throw new SumChanged(spec, release.archive, sum, before);
        if (before === undefined) found[release.archive] = sum;
    }
    if (Object.keys(found).length > 0) writeSums(file, { ...recorded, ...found });
    return Object.keys(found);
}

function writeSums(file: string, sums: ToolSums): void {
    const sorted = Object.fromEntries(Object.entries(sums).sort(([one], [other]) => (one < other ? -1 : 1)));
    const temporary = `${file}.${process.pid}`;
    fs.writeFileSync(temporary, `${JSON.stringify(sorted, undefined, 4)}\n`);
    fs.renameSync(temporary, file);
}
