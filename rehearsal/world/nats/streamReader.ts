import { DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { idOf } from "./numberedMessages";
import type { PublisherAccount } from "./publisher";

/** A message as a stream holds it. */
export interface StoredMessage {
    readonly seq: number;
    readonly subject: string;
    /** Its identifier; undefined if the payload is not what was sent. */
    readonly id: string | undefined;
}

/** Reads everything that a stream holds, from the first message to the last one at the time of the call. */
export async function readStream(connection: NatsConnection, stream: string, from = 1): Promise<StoredMessage[]> {
    const manager = await jetstreamManager(connection, { timeout: 5_000 });
    const { state } = await manager.streams.info(stream);
    if (state.messages === 0 || state.last_seq < from) return [];
    const consumer = await jetstream(connection, { timeout: 5_000 }).consumers.get(stream, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: from,
    });
    const stored: StoredMessage[] = [];
    const messages = await consumer.consume({ max_messages: 2_000 });
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
