import { createHash } from "node:crypto";
import { positionsParts, positionsStore } from "../../components/nats/durablePositionsStore";
import { parsePositions, type Positions } from "./positions";
import type { StreamApi, StreamMessage } from "./streamApi";

/** The newest positions that the standby keeps whole (`DurablePositions`); undefined if it keeps none. */
export async function storedPositions(api: Pick<StreamApi, "message">): Promise<Positions | undefined> {
    const { stream, subject } = positionsStore;
    const newest = await api.message(stream, { last_by_subj: subject });
    if (!newest) return undefined;
    const document = await newestWhole(newest, (seq) => api.message(stream, { seq }));
    if (!document)
        throw new Error(
            `stream ${stream} holds no whole checkpoint: of each one up to message ${newest.seq} parts are missing`,
        );
    try {
        return parsePositions(JSON.parse(document.toString("utf8")));
    } catch (error) {
        throw new Error(`the last checkpoint of stream ${stream} holds no positions:\n${(error as Error).message}`, {
            cause: error,
        });
    }
}

/**
 * Backwards from the newest message: the first checkpoint of which every part is found. A run that was cut off left one that is not whole, and
 * two runs at once may have stored theirs among each other.
 */
async function newestWhole(
    newest: StreamMessage,
    messageAt: (seq: number) => Promise<StreamMessage | undefined>,
): Promise<Buffer | undefined> {
    const found = new Map<string, Map<number, Buffer>>();
    for (let message: StreamMessage | undefined = newest; message; message = await messageAt(message.seq - 1)) {
        const { headers, data } = message;
        const checkpoint = headers.get(positionsParts.checkpoint);
        // Stored by a version that knew no parts.
        if (checkpoint === undefined) return data;
        const [number = 0, of = 0] = (headers.get(positionsParts.part) ?? "").split("/").map(Number);
        const parts = found.get(checkpoint) ?? new Map<number, Buffer>();
        found.set(checkpoint, parts.set(number, data));
        const whole = Buffer.concat(Array.from({ length: of }, (_, index) => parts.get(index + 1) ?? Buffer.alloc(0)));
        if (parts.size === of && createHash("sha256").update(whole).digest("hex") === checkpoint) return whole;
        if (message.seq === 1) return undefined;
    }
    return undefined;
}
