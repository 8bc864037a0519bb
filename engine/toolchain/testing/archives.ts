import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { crc32, deflateRawSync } from "node:zlib";

/** Files by their path inside an archive. */
type Files = Readonly<Record<string, string>>;

export function tarGz(files: Files): Buffer {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-archive-"));
    try {
        for (const [name, content] of Object.entries(files)) {
            fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
            fs.writeFileSync(path.join(folder, name), content);
        }
        return execFileSync("tar", ["-czf", "-", "-C", folder, "."]);
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

/** A zip archive, deflated or stored. */
export function zip(files: Files, deflated = true): Buffer {
    const locals: Buffer[] = [];
    const directory: Buffer[] = [];
    let offset = 0;
    for (const [name, text] of Object.entries(files)) {
        const content = Buffer.from(text);
        const packed = deflated ? deflateRawSync(content) : content;
        const common = Buffer.alloc(26);
        common.writeUInt16LE(20, 0);
        common.writeUInt16LE(deflated ? 8 : 0, 4);
        common.writeUInt32LE(crc32(content), 10);
        common.writeUInt32LE(packed.length, 14);
        common.writeUInt32LE(content.length, 18);
        common.writeUInt16LE(Buffer.byteLength(name), 22);
        const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
        const rest = Buffer.alloc(14);
        rest.writeUInt32LE(offset, 10);
        directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, rest, Buffer.from(name)]));
        locals.push(local);
        offset += local.length;
    }
    const entries = Buffer.concat(directory);
    const end = Buffer.alloc(22);
    end.write("PK\x05\x06", 0, "latin1");
    end.writeUInt16LE(directory.length, 8);
    end.writeUInt16LE(directory.length, 10);
    end.writeUInt32LE(entries.length, 12);
    end.writeUInt32LE(offset, 16);
    return Buffer.concat([...locals, entries, end]);
}

/** A line of a list of checksums, as `sha256sum` writes it. */
export function checksumLine(name: string, content: Buffer): string {
    return `${createHash("sha256").update(content).digest("hex")}  ${name}\n`;
}
