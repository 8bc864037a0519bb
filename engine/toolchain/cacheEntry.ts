import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * A folder of the cache that holds one tool: `bin/` and, written last, `entry.json`, which vouches for every file by size,
 * time of change and checksum. A folder without it, or with files that differ, is no entry.
 */
export interface CacheEntry {
    readonly version: string;
    /** Where it came from, for people: an address, "built with go1.26.8". */
    readonly source: string;
    /** The release archive that it was taken from; absent for what was built or copied. */
    readonly archive?: ArchiveRecord;
    /** Fingerprint of our own language host, where the entry holds it (pulumi only). */
    readonly languageHost?: string;
    readonly files: Readonly<Record<string, FileRecord>>;
}

/** A release archive by its official address, and the SHA-256 of what was downloaded. */
export interface ArchiveRecord {
    readonly address: string;
    readonly sha256: string;
}

interface FileRecord {
    readonly size: number;
    readonly mtimeMs: number;
    readonly sha256: string;
}

const manifestName = "entry.json";

/** Writes the manifest of a finished folder; every file in `bin` is listed. */
export function writeEntry(folder: string, entry: Omit<CacheEntry, "files">): void {
    const files: Record<string, FileRecord> = {};
    for (const name of fs.readdirSync(path.join(folder, "bin")).sort())
        files[`bin/${name}`] = describe(path.join(folder, "bin", name));
    const temporary = path.join(folder, `${manifestName}.${process.pid}`);
    fs.writeFileSync(temporary, `${JSON.stringify({ ...entry, files }, null, 4)}\n`);
    fs.renameSync(temporary, path.join(folder, manifestName));
}

/**
 * The entry in `folder` if it is whole; undefined if there is none; a string that says what is wrong with it otherwise.
 * Costs a stat a file: contents are read again only where the time of change is not the recorded one (a restored cache).
 */
export function readEntry(folder: string): CacheEntry | string | undefined {
    if (!fs.existsSync(folder)) return undefined;
    let entry: CacheEntry;
    try {
        entry = JSON.parse(fs.readFileSync(path.join(folder, manifestName), "utf8")) as CacheEntry;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "ENOENT"
            ? `it has no ${manifestName} (half-written)`
            : `its ${manifestName} is unreadable`;
    }
    if (
        typeof entry !== "object" ||
        entry === null ||
        !entry.version ||
        !entry.files ||
        Object.keys(entry.files).length === 0
    ) {
        return `its ${manifestName} is incomplete`;
    }
    for (const [name, recorded] of Object.entries(entry.files)) {
        const problem = differs(path.join(folder, name), recorded);
        if (problem) return `${name} ${problem}`;
    }
    return entry;
}

function differs(file: string, recorded: FileRecord): string | undefined {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile()) return "is missing";
    if (stat.size !== recorded.size) return `has ${stat.size} bytes instead of ${recorded.size}`;
    if (process.platform !== "win32" && (stat.mode & 0o100) === 0) return "is not executable";
    if (stat.mtimeMs !== recorded.mtimeMs && sha256(file) !== recorded.sha256)
        return "was changed (its checksum differs)";
    return undefined;
}

function describe(file: string): FileRecord {
    const stat = fs.statSync(file);
    return { size: stat.size, mtimeMs: stat.mtimeMs, sha256: sha256(file) };
}

function sha256(file: string): string {
    const hash = createHash("sha256");
    const handle = fs.openSync(file, "r");
    try {
        const buffer = Buffer.alloc(1 << 20);
        for (let read = fs.readSync(handle, buffer); read > 0; read = fs.readSync(handle, buffer))
            hash.update(buffer.subarray(0, read));
    } finally {
        fs.closeSync(handle);
    }
    return hash.digest("hex");
}
