import { DeliverPolicy, jetstream, jetstreamManager, type StreamState } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { idOf } from "./numberedMessages";
import { waitFor } from "./waitFor";

/** A message as a stream holds it. */
export interface StoredMessage {
    readonly seq: number;
    readonly subject: string;
    /** Its identifier; undefined if the payload is not what was sent. */
    readonly id: string | undefined;
}

/** Takes the messages of a stream one by one, in order. */
export interface MessageReader {
    take(message: StoredMessage): void;
}

/**
 * Reads everything that a stream holds at the time of the call, in order, and holds none of it. A consumer may sit on a server
 * whose copy is still catching up although the leader counts it as current (seen after a restart and after a restore), so it reads
 * again, each time into a new reader, until it has as many messages as the leader says there are. What is still missing after
 * `seconds` is missing: the caller judges. That no server answered at all is an error, not an empty stream.
 */
export async function readInto<Reader extends MessageReader>(
    connection: NatsConnection,
    stream: string,
    newReader: () => Reader,
    { seconds = 60, signal }: { seconds?: number; signal?: AbortSignal } = {},
): Promise<Reader> {
    const wait = { seconds, everyMs: 250, signal };
    const infoOf = async () => (await jetstreamManager(connection, { timeout: 5_000 })).streams.info(stream);
    const { config, state } = await waitFor(`an answer about ${stream}`, infoOf, wait);
    // A consumer would take the messages of a work queue, and hold back those of an interest stream.
    const read = config.retention === "limits" ? readByConsumer : readBySequence;
    let found: Reader | undefined;
    const complete = async () => {
        const reader = newReader();
        const count = await read(connection, stream, state, reader);
        found = reader;
        return count >= state.messages || undefined;
    };
    await waitFor(`${stream} read in full`, complete, wait).catch((error: unknown) => {
        signal?.throwIfAborted();
        if (!found) throw error;
    });
    return found ?? newReader();
}

/** The same as a list, for streams that are known to be short. */
export async function readStream(
    connection: NatsConnection,
    stream: string,
    options: { seconds?: number; signal?: AbortSignal } = {},
): Promise<StoredMessage[]> {
    const newList = () => {
        const messages: StoredMessage[] = [];
        return { messages, take: (message: StoredMessage) => void messages.push(message) };
    };
    return (await readInto(connection, stream, newList, options)).messages;
}

/** Asks the leader for one message after the other. Returns how many there were. */
async function readBySequence(
    connection: NatsConnection,
    stream: string,
    state: StreamState,
    reader: MessageReader,
): Promise<number> {
    const manager = await jetstreamManager(connection, { timeout: 5_000 });
    let count = 0;
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
        const message = await manager.streams.getMessage(stream, firstFrom(seq));
        if (!message || message.seq > state.last_seq) break;
        seq = message.seq;
        reader.take({ seq, subject: message.subject, id: idOf(message.string()) });
        count += 1;
    }
    return count;
}

/** The API's request for the first message from a sequence on; the client's type lacks it. */
function firstFrom(seq: number): { seq: number } {
    return { seq, next_by_subj: ">" } as { seq: number };
}

/** Returns how many messages were read. */
async function readByConsumer(
    connection: NatsConnection,
    stream: string,
    state: StreamState,
    reader: MessageReader,
): Promise<number> {
    if (state.messages === 0) return 0;
    const consumer = await jetstream(connection, { timeout: 5_000 }).consumers.get(stream, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: state.first_seq,
    });
    let count = 0;
    // A request that got lost is made again after two missed heartbeats, which come at half of this: by default 30 s, and seen.
    const messages = await consumer.consume({ max_messages: 2_000, expires: 2_000 });
    for await (const message of messages) {
        reader.take({ seq: message.seq, subject: message.subject, id: idOf(message.string()) });
        count += 1;
        if (message.seq >= state.last_seq || message.info.pending === 0) break;
    }
    await messages.close();
    await consumer.delete();
    return count;
}
