import * as fs from "node:fs";
import { z } from "zod";
import { writeWhole } from "../../rehearsal/report/writeWhole";
import type { StreamConfig } from "../../components/nats/natsStreamConfig";
import type { DurablePosition } from "../streams/durables";
import { UsageError } from "./command";

/** Positions of the durables of every stream, as `streams durables export` leaves them for the day. */
export interface DurablesFile {
    /** When they were read; messages acknowledged later come again. */
    readonly exportedAt: string;
    /** By the origin's name. */
    readonly streams: Readonly<Record<string, readonly DurablePosition[]>>;
    /** The origins' settings: a lost one cannot be asked, and parking it must not give it others. */
    readonly origins: Readonly<Record<string, StreamConfig>>;
}

const schema = z.object({
    exportedAt: z.iso.datetime(),
    streams: z.record(
        z.string(),
        z.array(z.object({ durable: z.string().min(1), ackFloor: z.number().int().min(0), config: z.record(z.string(), z.unknown()) })),
    ),
    origins: z.record(z.string(), z.looseObject({ name: z.string().min(1) })),
});

/** Writes the file whole or not at all: a job that is cut off leaves the earlier one. */
export function writeDurablesFile(path: string, content: DurablesFile): Promise<void> {
    return writeWhole(path, `${JSON.stringify(content, undefined, 2)}\n`);
}

export function readDurablesFile(path: string): DurablesFile {
    const wanted = "it wants a file that streams durables export wrote";
    let content: unknown;
    try {
        content = JSON.parse(fs.readFileSync(path, "utf8"));
    } catch (error) {
        const reason = error instanceof SyntaxError ? "it is no JSON" : (error as NodeJS.ErrnoException).code;
        throw new UsageError(`--file is "${path}", which cannot be read (${reason}); ${wanted}`);
    }
    const parsed = schema.safeParse(content);
    // As the API gave it: whatever keys a stream has.
    if (parsed.success) return parsed.data as unknown as DurablesFile;
    const issues = parsed.error.issues.map(({ path: key, message }) => `- ${key.join(".") || "the file"}: ${message}`);
    throw new UsageError(`--file is "${path}"; ${wanted}:\n${issues.join("\n")}`);
}
