import { AckPolicy, jetstream, JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import { nanos, type NatsConnection } from "@nats-io/transport-node";
import type { StreamProfile } from "../../../components/model/profile";
import { errorCodes } from "../../../operate/streams/streamApi";
import { readStream, type StoredMessage } from "../../../testbed/nats/streamReader";
import { waitFor } from "../../../testbed/nats/waitFor";

/** The durable consumer that every stream has in the drill. */
const durable = "restore-drill";

/** After this the consumer gets what it did not acknowledge again, in milliseconds. */
const ackWaitMs = 10_000;

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
    const manager = await waitFor("JetStream to answer", () => jetstreamManager(connection, { timeout: 5_000 }));
    const config = {
        durable_name: durable,
        ack_policy: AckPolicy.All,
        max_ack_pending: -1,
        ack_wait: nanos(ackWaitMs),
    };
    for (const { name } of streams)
        await waitFor(`consumer ${durable} of ${name}`, () => manager.consumers.add(name, config));
}

/** Lets the durable consumer of each stream acknowledge that many more messages, and waits until all its servers know. */
export async function consume(
    connection: NatsConnection,
    streams: readonly StreamProfile[],
    count: number,
    signal: AbortSignal,
): Promise<void> {
    const client = jetstream(connection, { timeout: 5_000 });
    await Promise.all(
        streams.map(async ({ name }) => {
            const consumer = await waitFor(
                `consumer ${durable} of ${name}`,
                () => client.consumers.get(name, durable),
                { signal },
            );
            const before = await waitFor(
                `its position in ${name}`,
                async () => (await consumer.info()).ack_floor.stream_seq,
                { signal },
            );
            const wanted = before + count;
            let delivered = before;
            let again = performance.now() + ackWaitMs;
            const known = async () => {
                // What a slow cluster did not deliver in time is asked for again.
                if (delivered < wanted) {
                    for await (const message of await consumer.fetch({
                        max_messages: wanted - delivered,
                        expires: 5_000,
                    })) {
                        delivered = Math.max(delivered, message.seq);
                        // Each acknowledgement covers all before it: one a message, each synced by three servers, would take a minute.
                        if (message.seq === wanted || (message.seq < wanted && message.seq % 100 === 0)) message.ack();
                    }
                }
                const { ack_floor: floor, cluster } = await consumer.info();
                // A backup takes the position from the stream's leader, which need not be the consumer's.
                const behind = (cluster?.replicas ?? [])
                    .filter((replica) => !replica.current)
                    .map((replica) => replica.name);
                if (floor.stream_seq >= wanted && behind.length === 0) return true;
                // One that got lost comes again after the consumer's ack_wait, and is acknowledged then.
                if (floor.stream_seq < wanted && performance.now() > again) {
                    delivered = floor.stream_seq;
                    again = performance.now() + ackWaitMs;
                }
                throw new Error(
                    `at ${floor.stream_seq} of ${wanted}${behind.length > 0 ? `, ${behind.join(" and ")} behind` : ""}`,
                );
            };
            await waitFor(`${name}: ${count} more messages acknowledged by the consumer`, known, {
                seconds: 90,
                signal,
            });
        }),
    );
}

/** Reads all streams in full. */
export function pictures(
    connection: NatsConnection,
    streams: readonly StreamProfile[],
    signal: AbortSignal,
): Promise<StreamPicture[]> {
    return Promise.all(streams.map(({ name }) => picture(connection, name, signal)));
}

async function picture(connection: NatsConnection, stream: string, signal: AbortSignal): Promise<StreamPicture> {
    const manager = await waitFor("JetStream to answer", () => jetstreamManager(connection, { timeout: 5_000 }), {
        signal,
    });
    const state = await waitFor(`an answer about ${stream}`, async () => (await manager.streams.info(stream)).state, {
        signal,
    });
    const messages = await readStream(connection, stream, { signal });
    const position = () =>
        manager.consumers.info(stream, durable).then(
            (info) => info.ack_floor.stream_seq,
            (error: unknown) => {
                // Absent is a position too: one that no check accepts. No answer is none.
                if (error instanceof JetStreamApiError && error.code === errorCodes.consumerNotFound) return -1;
                throw error;
            },
        );
    const ackFloor = await waitFor(`the position of consumer ${durable} of ${stream}`, position, { signal });
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
        ...(wrong.length > 0
            ? [
                  `${restored.stream}: ${wrong.length} messages differ in payload, subject or sequence, the first at ${wrong[0]?.seq}`,
              ]
            : []),
        ...(restored.messages.length !== wanted
            ? [
                  `${restored.stream}: ${restored.messages.length} messages up to ${restored.lastSeq}, there were ${wanted}`,
              ]
            : []),
        ...(restored.firstSeq !== before.firstSeq
            ? [`${restored.stream}: begins at ${restored.firstSeq} instead of ${before.firstSeq}`]
            : []),
    ];
}
