import { DeliverPolicy } from "@nats-io/jetstream";
import type { StreamApi } from "./streamApi";

/** A durable consumer and how far it got: what is exported often, because consumers are not mirrored. */
export interface DurablePosition {
    readonly durable: string;
    /** Everything up to here is acknowledged. */
    readonly ackFloor: number;
    readonly config: Readonly<Record<string, unknown>>;
}

/** The durables of a stream with their positions. */
export async function exportDurables(api: StreamApi, stream: string): Promise<DurablePosition[]> {
    return (await api.durables(stream)).map((consumer) => ({
        durable: consumer.name,
        ackFloor: consumer.ack_floor.stream_seq,
        config: consumer.config,
    }));
}

/**
 * Puts durables on a stream with the same sequences, each to go on after its exported position. One that exists is
 * made anew: a position cannot be changed. Messages acknowledged since the export come again.
 */
export async function placeDurables(api: StreamApi, stream: string, positions: readonly DurablePosition[]): Promise<void> {
    for (const { durable, ackFloor, config } of positions) {
        await api.removeDurable(stream, durable);
        await api.createDurable(stream, durable, {
            ...config,
            deliver_policy: DeliverPolicy.StartSequence,
            opt_start_seq: ackFloor + 1,
            opt_start_time: undefined,
        });
    }
}
