import { createHash } from "node:crypto";

/** Message `number` of a run: its identifier names the run and the number, its payload proves itself by a hash. */
export interface NumberedMessage {
    readonly id: string;
    readonly subject: string;
    readonly payload: string;
}

export function numberedMessage(run: string, subject: string, number: number, bytes = 256): NumberedMessage {
    const id = messageId(run, number);
    const filler = createHash("sha256").update(id).digest("hex");
    const body = filler.repeat(Math.ceil(bytes / filler.length)).slice(0, bytes);
    return { id, subject, payload: JSON.stringify({ id, body, hash: hashOf(id, body) }) };
}

export function messageId(run: string, number: number): string {
    return `${run}-${number}`;
}

/** The number in an identifier of a run; undefined for one of another run. */
export function numberIn(run: string, id: string): number | undefined {
    if (!id.startsWith(`${run}-`)) return undefined;
    const digits = id.slice(run.length + 1);
    return /^\d+$/.test(digits) ? Number(digits) : undefined;
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
