import {
    closeSync,
    existsSync,
    mkdirSync,
    openSync,
    readFileSync,
    renameSync,
    writeFileSync,
    writeSync,
} from "node:fs";
import { dirname } from "node:path";

type Entry<T> = { put: string; value: T } | { remove: string };

/**
 * A map on disk as a file of changes, one JSON document a line. A change is written before the call that
 * makes it returns, so it survives a kill -9 of this process. A last line cut short is ignored.
 */
export class Journal<T> {
    #file: number | undefined;

    constructor(private readonly path: string) {
        mkdirSync(dirname(path), { recursive: true });
    }

    /** The map as the file has it; the file is rewritten without the changes that others have overtaken. */
    read(): Map<string, T> {
        const map = new Map<string, T>();
        const lines = existsSync(this.path) ? readFileSync(this.path, "utf8").split("\n") : [];
        lines.forEach((line, index) => {
            const entry = this.#parse(line, index === lines.length - 1, index + 1);
            if (entry === undefined) {
                return;
            }
            if ("put" in entry) {
                map.set(entry.put, entry.value);
            } else {
                map.delete(entry.remove);
            }
        });
        const compact = [...map].map(([put, value]) => `${JSON.stringify({ put, value })}\n`).join("");
        writeFileSync(`${this.path}.new`, compact, { mode: 0o600 });
        renameSync(`${this.path}.new`, this.path);
        return map;
    }

    put(key: string, value: T): void {
        this.#append({ put: key, value });
    }

    remove(key: string): void {
        this.#append({ remove: key });
    }

    close(): void {
        if (this.#file !== undefined) {
            closeSync(this.#file);
            this.#file = undefined;
        }
    }

    #append(entry: Entry<T>): void {
        this.#file ??= openSync(this.path, "a", 0o600);
        writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    }

    #parse(line: string, isLast: boolean, number: number): Entry<T> | undefined {
        if (line === "") {
            return undefined;
        }
        try {
            return JSON.parse(line) as Entry<T>;
        } catch (error) {
            if (isLast) {
                return undefined;
            }
            throw new Error(
                `${this.path}, line ${number}: not a change of the pretend cloud; delete the file to start from nothing`,
                {
                    cause: error,
                },
            );
        }
    }
}
