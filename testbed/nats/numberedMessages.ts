import { createHash } from "node:crypto";

/** Message `number` of a run: its identifier names the run and the number, its payload proves itself by a hash. */
export interface NumberedMessage {
    readonly id: string;
    readonly subject: string;
    readonly payload: string;
}

export function numberedMessage(run: string, subject: string, number: number, bytes = 256): NumberedMessage {
    const id = `${run}-${number}`;
    const filler = createHash("sha256").update(id).digest("hex");
    const body = filler.repeat(Math.ceil(bytes / filler.length)).slice(0, bytes);
    return { id, subject, payload: JSON.stringify({ id, body, hash: hashOf(id, body) }) };
}

/** The identifier that a payload carries, or undefined if the payload is not what was sent under it. */
export function idOf(payload: string): string | undefined {
    try {
        const { id, body, hash } = JSON.parse(payload) as { id: string; body: string; hash: string };
        return hash === hashOf(id, body) ? id : undefined;
    } catch {
        return undefined;
    }
}

function hashOf(id: string, body: string): string {
    return createHash("sha256").update(`${id}\n${body}`).digest("hex");
}
