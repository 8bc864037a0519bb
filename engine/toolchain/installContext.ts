import type { ArchiveRecord } from "./cacheEntry";
import type { Platform } from "./toolSpecs";

/** Where the executables in a folder came from. */
export interface Filled {
    /** For people: an address, "built with go1.26.8". */
    readonly source: string;
    /** The release archive, if it was one. */
    readonly archive?: ArchiveRecord;
}

/** What every way to a tool needs to know of this machine and of the person who waits. */
export interface InstallContext {
    readonly env: NodeJS.ProcessEnv;
    /** Folder of the cache. */
    readonly cache: string;
    /** The lock file with the sums of downloads. */
    readonly sumsFile: string;
    readonly platform: Platform;
    readonly progress: (line: string) => void;
    /** Milliseconds between two lines of progress while something takes long. */
    readonly progressMs: number;
    /** Milliseconds that a server may take to answer at all, and between two pieces of a download. */
    readonly connectMs: number;
    readonly stallMs: number;
    readonly signal?: AbortSignal;
}
