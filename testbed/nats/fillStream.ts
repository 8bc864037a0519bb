import { jetstream, PersistMode } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";

/**
 * Settings of a stream on one server that is filled quickly: the deployed servers write each message to the disk before they acknowledge it
 * (`sync_interval: always`), and this one does not.
 */
export const quicklyFilled = { num_replicas: 1, persist_mode: PersistMode.Async } as const;

/** Publishes on their way at once: many enough that none waits for another one's answer, and few enough that the server queues them. */
const publishers = 512;

/**
 * Publishes `count` small messages to a subject, in any order, and returns when all are acknowledged: "message 7" with the identifier
 * "<word>-7".
 */
export async function fillStream(
    connection: NatsConnection,
    subject: string,
    count: number,
    { word = "m", signal }: { word?: string; signal?: AbortSignal } = {},
): Promise<void> {
    const client = jetstream(connection, { timeout: 30_000 });
    let last = 0;
    const publish = async () => {
        for (let number = (last += 1); number <= count; number = last += 1) {
            signal?.throwIfAborted();
            await client.publish(subject, `message ${number}`, { msgID: `${word}-${number}`, retries: 5 });
        }
    };
    await Promise.all(Array.from({ length: Math.min(publishers, count) }, publish));
}
