import { DeliverPolicy } from "@nats-io/jetstream";
import type { ConsumerInfo, StreamApi } from "./streamApi";

/** A durable consumer and how far it got: what is exported often, because consumers are not mirrored. */
export interface DurablePosition {
    readonly durable: string;
    /** Everything up to here is acknowledged. */
    readonly ackFloor: number;
    readonly config: Readonly<Record<string, unknown>>;
}

/** How far a durable got, from what the API says of it. */
export function positionOf({ name, ack_floor: { stream_seq: ackFloor }, config }: ConsumerInfo): DurablePosition {
    return { durable: name, ackFloor, config };
}

/** What became of a durable that was to be placed. */
export interface PlacedDurable {
    readonly durable: string;
    /** Sequence of the first message that it is given. */
    readonly from: number;
    /** `kept`: it was there already, begun at that sequence, and goes on where it is. */
    readonly outcome: "placed" | "kept";
}

/**
 * Puts durables on a stream with the same sequences, each to go on after its exported position, and not past
 * `lastMirrored`: from there on the same sequences are other messages. One that begins elsewhere is made anew, because
 * a position cannot be changed; one placed before is kept. Messages acknowledged since the export come again.
 */
export async function placeDurables(
    api: StreamApi,
    stream: string,
    positions: readonly DurablePosition[],
    lastMirrored = Number.POSITIVE_INFINITY,
): Promise<PlacedDurable[]> {
    const existing = new Map((await api.durables(stream)).map((consumer) => [consumer.name, consumer.config]));
    const placed: PlacedDurable[] = [];
    for (const { durable, ackFloor, config } of positions) {
        const from = Math.min(ackFloor, lastMirrored) + 1;
        const found = existing.get(durable);
        const kept = found?.deliver_policy === DeliverPolicy.StartSequence && found.opt_start_seq === from;
        if (!kept) {
            await api.removeDurable(stream, durable);
            await api.createDurable(stream, durable, {
                ...config,
                deliver_policy: DeliverPolicy.StartSequence,
                opt_start_seq: from,
                opt_start_time: undefined,
            });
        }
        placed.push({ durable, from, outcome: kept ? "kept" : "placed" });
    }
    return placed;
}
