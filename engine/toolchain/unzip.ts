import * as fs from "node:fs";
import * as path from "node:path";
import { inflateRawSync } from "node:zlib";

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/**
 * Extracts the files of a zip archive whose base name `wanted` accepts, flat, into `folder`. For release archives only,
 * which have passed their checksum: stored or deflated, below 4 GB, not encrypted. (`unzip` is not on every machine.)
 */
export function unzip(archive: string, folder: string, wanted: (baseName: string) => boolean): void {
    const data = fs.readFileSync(archive);
    let end = data.length - 22;
    while (end >= 0 && data.readUInt32LE(end) !== endOfDirectory) end--;
    if (end < 0) throw new Error(`${path.basename(archive)} is not a zip archive`);

    const count = data.readUInt16LE(end + 10);
    let at = data.readUInt32LE(end + 16);
    for (let index = 0; index < count; index++) {
        if (data.readUInt32LE(at) !== directoryEntry)
            throw new Error(`${path.basename(archive)} has a broken directory`);
        const method = data.readUInt16LE(at + 10);
        const packed = data.readUInt32LE(at + 20);
        const nameLength = data.readUInt16LE(at + 28);
        const local = data.readUInt32LE(at + 42);
        const name = data.toString("utf8", at + 46, at + 46 + nameLength);
        at += 46 + nameLength + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);

        const baseName = path.posix.basename(name);
        if (name.endsWith("/") || !wanted(baseName)) continue;
        if (method !== 0 && method !== 8)
            throw new Error(`${name} in ${path.basename(archive)} is packed by method ${method}; 0 and 8 are known`);
        const start = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28);
        const content = data.subarray(start, start + packed);
        fs.writeFileSync(path.join(folder, baseName), method === 8 ? inflateRawSync(content) : content, {
            mode: 0o755,
        });
    }
}
