import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** Writes a file that appears whole or not at all: beside its place first, then renamed, which is atomic within a folder. */
export async function writeWhole(path: string, content: string | AsyncIterable<string>): Promise<void> {
    const draft = `${path}.${randomUUID()}.draft`;
    try {
        const file = await open(draft, "wx");
        try {
            await file.writeFile(content);
            await file.sync();
        } finally {
            await file.close();
        }
        await rename(draft, path);
    } catch (error) {
        await rm(draft, { force: true });
        throw error;
    }
}
