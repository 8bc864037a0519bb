import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import { writeWhole } from "../../report/writeWhole";
import type { MessageSink } from "../streams/mirrorComparison";

/** Bytes that are written at once. */
const blockLength = 65_536;

/**
 * A list of messages of any length: the first of them to show, and all of them in a draft beside the file that is wanted. A list that begins
 * anew leaves nothing of what it had.
 */
export class MessageList<Message extends object> implements MessageSink<Message> {
    readonly shown: Message[] = [];
    private readonly draft: string | undefined;
    private file: number | undefined;
    private block = "";

    /**
     * @param limit how many are to be shown
     * @param path the file that is to hold all of them @default they are in no file
     */
    constructor(
        private readonly limit: number,
        path?: string,
    ) {
        this.draft = path === undefined ? undefined : `${path}.${randomUUID()}.draft`;
    }

    restart(): void {
        this.shown.length = 0;
        this.block = "";
        if (this.file !== undefined) fs.closeSync(this.file);
        this.file = this.draft === undefined ? undefined : fs.openSync(this.draft, "w");
    }

    add(message: Message): void {
        if (this.shown.length < this.limit) this.shown.push(message);
        if (this.file === undefined) return;
        this.block += `${JSON.stringify(message)}\n`;
        if (this.block.length >= blockLength) this.flush();
    }

    /** Its messages as JSON, separated by commas. */
    async *json(): AsyncGenerator<string> {
        this.flush();
        if (this.draft === undefined || this.file === undefined) return;
        let separator = "\n";
        let rest = "";
        for await (const chunk of fs.createReadStream(this.draft, "utf8")) {
            const lines = (rest + String(chunk)).split("\n");
            rest = lines.pop() ?? "";
            if (lines.length === 0) continue;
            yield separator + lines.join(",\n");
            separator = ",\n";
        }
    }

    /** Removes the draft. */
    close(): void {
        if (this.file === undefined) return;
        fs.closeSync(this.file);
        this.file = undefined;
        fs.rmSync(this.draft!, { force: true });
    }

    private flush(): void {
        if (this.file !== undefined && this.block !== "") fs.writeSync(this.file, this.block);
        this.block = "";
    }
}

/** An object of a document, with its list under a key of its own. */
export interface ListPart {
    readonly summary: object;
    readonly key: string;
    readonly list: MessageList<object>;
}

/** Writes a JSON array of objects with their lists, whole or not at all. */
export function writeLists(path: string, parts: readonly ListPart[]): Promise<void> {
    return writeWhole(path, document(parts));
}

async function* document(parts: readonly ListPart[]): AsyncGenerator<string> {
    let separator = "[\n";
    for (const { summary, key, list } of parts) {
        // The list stands last, in place of the number of its messages.
        const others = Object.fromEntries(Object.entries(summary).filter(([name]) => name !== key));
        yield `${separator}${JSON.stringify({ ...others, [key]: [] }).slice(0, -2)}`;
        yield* list.json();
        yield "]}";
        separator = ",\n";
    }
    yield parts.length > 0 ? "\n]\n" : "[]\n";
}
