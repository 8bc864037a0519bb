import { DeliverPolicy, jetstream, jetstreamManager, type StreamState } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { idOf } from "./numberedMessages";
import type { PublisherAccount } from "./publisher";
import { waitFor } from "./waitFor";

/** A message as a stream holds it. */
export interface StoredMessage {
    readonly seq: number;
    readonly subject: string;
    /** Its identifier; undefined if the payload is not what was sent. */
    readonly id: string | undefined;
}

/**
 * Reads everything that a stream holds at the time of the call, in order. A consumer may sit on a server whose copy is still
 * catching up although the leader counts it as current (seen after a restart and after a restore), so it reads again until it
 * has as many messages as the leader says there are. What is still missing after `seconds` is missing: the caller judges. That
 * nobody could be asked at all is an error, not an empty stream.
 */
export async function readStream(
    connection: NatsConnection,
    stream: string,
    { seconds = 60, signal }: { seconds?: number; signal?: AbortSignal } = {},
): Promise<StoredMessage[]> {
    const wait = { seconds, everyMs: 250, signal };
    const stateOf = async () =>
        (await (await jetstreamManager(connection, { timeout: 5_000 })).streams.info(stream)).state;
    const state = await waitFor(`an answer about ${stream}`, stateOf, wait);
    let stored: StoredMessage[] | undefined;
    const complete = async () =>
        (stored = await readOnce(connection, stream, state)).length >= state.messages || undefined;
    await waitFor(`${stream} read in full`, complete, wait).catch((error: unknown) => {
        signal?.throwIfAborted();
        if (!stored) throw error;
    });
    return stored ?? [];
}

async function readOnce(connection: NatsConnection, stream: string, state: StreamState): Promise<StoredMessage[]> {
    if (state.messages === 0) return [];
    const consumer = await jetstream(connection, { timeout: 5_000 }).consumers.get(stream, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: state.first_seq,
    });
    const stored: StoredMessage[] = [];
    // A request that got lost is made again after two missed heartbeats, which come at half of this: by default 30 s, and seen.
    const messages = await consumer.consume({ max_messages: 2_000, expires: 2_000 });
    for await (const message of messages) {
        stored.push({ seq: message.seq, subject: message.subject, id: idOf(message.string()) });
        if (message.seq >= state.last_seq || message.info.pending === 0) break;
    }
    await messages.close();
    await consumer.delete();
    return stored;
}

/** Every message of a run, accounted for. */
export interface MessageAccount {
    readonly acked: number;
    /** Messages in the stream that belong to the run, duplicates included. */
    readonly stored: number;
    /** Acknowledged, and not in the stream. */
    readonly missing: readonly string[];
    /** In the stream more than once. */
    readonly duplicated: readonly string[];
    /** In the stream though never acknowledged: allowed, and named. */
    readonly storedUnacked: readonly string[];
    /** Stored with a payload other than the one that was sent. */
    readonly corrupted: number;
    /** Stored under a subject other than the one that was published to. */
    readonly misnamed: number;
    /** Acknowledged before another message was begun, and yet stored after it: no retry and no window explains that. */
    readonly outOfOrder: number;
}

/** Compares what was acknowledged with what is stored. */
export function accountFor(
    publisher: Pick<PublisherAccount, "acked" | "begunAt">,
    stored: readonly StoredMessage[],
    { run, subject }: { readonly run: string; readonly subject: string },
): MessageAccount {
    const count = new Map<string, number>();
    let corrupted = 0;
    let misnamed = 0;
    let outOfOrder = 0;
    let latestBegun = Number.NEGATIVE_INFINITY;
    for (const message of stored) {
        if (message.id === undefined) {
            corrupted += 1;
            continue;
        }
        if (!message.id.startsWith(`${run}-`)) continue;
        if (message.subject !== subject) misnamed += 1;
        if ((publisher.acked.get(message.id) ?? Number.POSITIVE_INFINITY) < latestBegun) outOfOrder += 1;
        latestBegun = Math.max(latestBegun, publisher.begunAt.get(message.id) ?? latestBegun);
        count.set(message.id, (count.get(message.id) ?? 0) + 1);
    }
    return {
        acked: publisher.acked.size,
        stored: [...count.values()].reduce((sum, times) => sum + times, 0),
        missing: [...publisher.acked.keys()].filter((id) => !count.has(id)),
        duplicated: [...count].filter(([, times]) => times > 1).map(([id]) => id),
        storedUnacked: [...count.keys()].filter((id) => !publisher.acked.has(id)),
        corrupted,
        misnamed,
        outOfOrder,
    };
}
