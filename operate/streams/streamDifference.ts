import { createHash, type Hash } from "node:crypto";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { digestOf, readAll, type PassingMessage } from "./readMessages";

/** Sequences from one to another, both included. */
export interface SequenceRange {
    readonly from: number;
    readonly to: number;
}

/** Where two streams that should be equal, sequence by sequence, are not. */
export interface StreamDifference {
    /** Messages of the first stream that were compared. */
    readonly compared: number;
    /** Sequences that only one side has, or that hold different messages. */
    readonly different: number;
    /** The first of those. */
    readonly firstDifferent?: number;
    /** All of those lie in here, among others that are equal. */
    readonly unequal: readonly SequenceRange[];
}

/** Sequences that share a digest; what differs is looked at in pieces of that length. */
const windowLength = 16_384;
/** At most so many digests, about 4 MB, are held of one stream: a longer one has longer windows. */
const windowLimit = 32_768;

/**
 * Compares a mirror with its origin, sequence by sequence, from the later of the two beginnings (or `notBefore`) up to `to`. Neither is held in
 * memory: a digest of each window is, and where two digests differ both windows are read again.
 */
export async function compareStreams(
    connection: NatsConnection,
    origin: string,
    mirror: string,
    to: number,
    notBefore = 1,
): Promise<StreamDifference> {
    const from = Math.max(1, notBefore, await laterBeginning(connection, origin, mirror));
    const length = Math.max(windowLength, Math.ceil((to - from + 1) / windowLimit));
    const whole = { from, to };
    const left = await windowsOf(connection, origin, whole, length);
    const right = await windowsOf(connection, mirror, whole, length);
    const numbers = [...new Set([...left.digests.keys(), ...right.digests.keys()])].sort((one, other) => one - other);
    let different = 0;
    let firstDifferent: number | undefined;
    const unequal: SequenceRange[] = [];
    for (const number of numbers) {
        if (left.digests.get(number) === right.digests.get(number)) continue;
        const window = { from: from + number * length, to: Math.min(to, from + (number + 1) * length - 1) };
        const found = await differentIn(connection, origin, mirror, window);
        different += found.length;
        firstDifferent ??= found[0];
        const before = unequal.at(-1);
        if (before?.to === window.from - 1) unequal[unequal.length - 1] = { from: before.from, to: window.to };
        else unequal.push(window);
    }
    return { compared: left.messages, different, ...(firstDifferent !== undefined && { firstDifferent }), unequal };
}

async function laterBeginning(connection: NatsConnection, origin: string, mirror: string): Promise<number> {
    const manager = await jetstreamManager(connection, { timeout: 5_000, checkAPI: false });
    const states = await Promise.all([origin, mirror].map((stream) => manager.streams.info(stream)));
    return Math.max(...states.map(({ state }) => state.first_seq));
}

/** A digest of each window of a stream that holds a message, by the window's number. */
async function windowsOf(
    connection: NatsConnection,
    stream: string,
    { from, to }: SequenceRange,
    length: number,
): Promise<{ messages: number; digests: ReadonlyMap<number, string> }> {
    const digests = new Map<number, string>();
    let messages = 0;
    let open: { readonly number: number; readonly hash: Hash } | undefined;
    const close = () => {
        if (open) digests.set(open.number, open.hash.digest("base64"));
        open = undefined;
    };
    await readAll(connection, stream, from, to, (message) => {
        messages += 1;
        const number = Math.floor((message.seq - from) / length);
        if (open?.number !== number) close();
        open ??= { number, hash: createHash("sha256") };
        addTo(open.hash, message);
    });
    close();
    return { messages, digests };
}

function addTo(hash: Hash, { seq, id, subject, data }: PassingMessage): void {
    hash.update(`${seq} ${data.length} ${id ?? ""}\n${subject}\n`).update(data);
}

/** The sequences of a window that only one side has, or that hold different messages, in order. */
async function differentIn(
    connection: NatsConnection,
    origin: string,
    mirror: string,
    { from, to }: SequenceRange,
): Promise<number[]> {
    const left = new Map<number, Buffer>();
    await readAll(connection, origin, from, to, (message) => left.set(message.seq, digestOf(message)));
    const different: number[] = [];
    await readAll(connection, mirror, from, to, (message) => {
        if (!left.get(message.seq)?.equals(digestOf(message))) different.push(message.seq);
        left.delete(message.seq);
    });
    // What expired on one side since its other side was read is no difference.
    const beginning = await laterBeginning(connection, origin, mirror);
    return [...different, ...left.keys()].filter((seq) => seq >= beginning).sort((one, other) => one - other);
}
