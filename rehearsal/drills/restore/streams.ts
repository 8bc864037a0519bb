import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { StreamProfile } from "../../../infra/profile";
import { readStream, type StoredMessage } from "../../world/nats/streamReader";
import { waitFor } from "../../world/nats/waitFor";

/** The durable consumer that every stream has in the drill. */
export const durable = "restore-drill";

/** One stream as it is at a moment. */
export interface StreamPicture {
    readonly stream: string;
    readonly messages: readonly StoredMessage[];
    readonly firstSeq: number;
    readonly lastSeq: number;
    /** Up to this stream sequence the durable consumer has acknowledged everything. */
    readonly ackFloor: number;
}

export async function createDurables(connection: NatsConnection, streams: readonly StreamProfile[]): Promise<void> {
    const manager = await jetstreamManager(connection, { timeout: 5_000 });
    for (const { name } of streams) await manager.consumers.add(name, { durable_name: durable, ack_policy: AckPolicy.All, max_ack_pending: -1 });
}

/** Lets the durable consumer of each stream acknowledge that many more messages, and waits until the servers know. */
export async function consume(connection: NatsConnection, streams: readonly StreamProfile[], count: number, signal: AbortSignal): Promise<void> {
    const client = jetstream(connection, { timeout: 5_000 });
    await Promise.all(
        streams.map(async ({ name }) => {
            const consumer = await client.consumers.get(name, durable);
            const before = (await consumer.info()).ack_floor.stream_seq;
            // Each acknowledgement covers all before it: one a message, each synced by three servers, would take a minute.
            let left = count;
            for await (const message of await consumer.fetch({ max_messages: count, expires: 10_000 })) {
                left -= 1;
                if (left % 100 === 0) message.ack();
                if (left === 0) break;
            }
            await waitFor(
                `${name}: ${count} more messages acknowledged by the consumer`,
                async () => ((await consumer.info()).ack_floor.stream_seq >= before + count ? true : undefined),
                { seconds: 20, signal },
            );
        }),
    );
}

/** Reads all streams in full. */
export function pictures(connection: NatsConnection, streams: readonly StreamProfile[], signal: AbortSignal): Promise<StreamPicture[]> {
    return Promise.all(streams.map(({ name }) => picture(connection, name, signal)));
}

async function picture(connection: NatsConnection, stream: string, signal: AbortSignal): Promise<StreamPicture> {
    const manager = await jetstreamManager(connection, { timeout: 5_000 });
    const { state } = await manager.streams.info(stream);
    const messages = await readStream(connection, stream, { signal });
    const ackFloor = await manager.consumers.info(stream, durable).then(
        (info) => info.ack_floor.stream_seq,
        // Absent is a position too: one that no check accepts.
        () => -1,
    );
    return { stream, messages, firstSeq: state.first_seq, lastSeq: state.last_seq, ackFloor };
}

/** How a restored stream differs from what it was before the loss; empty if it is its beginning, message by message. */
export function differences(restored: StreamPicture, before: StreamPicture): string[] {
    const expected = new Map(before.messages.map((message) => [message.seq, message]));
    const wrong = restored.messages.filter((message) => {
        const was = expected.get(message.seq);
        return message.id === undefined || was?.id !== message.id || was.subject !== message.subject;
    });
    const wanted = before.messages.filter((message) => message.seq <= restored.lastSeq).length;
    return [
        ...(wrong.length > 0 ? [`${restored.stream}: ${wrong.length} messages differ in payload, subject or sequence, the first at ${wrong[0]?.seq}`] : []),
        ...(restored.messages.length !== wanted ? [`${restored.stream}: ${restored.messages.length} messages up to ${restored.lastSeq}, there were ${wanted}`] : []),
        ...(restored.firstSeq !== before.firstSeq ? [`${restored.stream}: begins at ${restored.firstSeq} instead of ${before.firstSeq}`] : []),
    ];
}
