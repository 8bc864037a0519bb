import { standbyOwnStream, type StreamConfig } from "./natsStreamConfig";

/** Where the standby keeps the positions of the origins' durable consumers: the last messages of a stream of its own. */
export const positionsStore = { stream: "DURABLE_POSITIONS", subject: "drkit.durable-positions" } as const;

/**
 * A checkpoint may exceed the largest message that a server takes, so it is a message or several: each has the digest of the whole as its
 * checkpoint's name, and its number of how many. One that is not whole counts as none.
 */
export const positionsParts = {
    /** Header with the SHA-256 of the whole, in hex. */
    checkpoint: "Drkit-Checkpoint",
    /** Header such as "2/3". */
    part: "Drkit-Part",
    /** Bytes of a part; the server's default limit is 1 MiB, headers included. */
    bytes: 900_000,
    /** A checkpoint of more parts is refused: the stream has to hold the last whole one while the next one is stored. */
    most: 30,
} as const;

const messages = 2 * positionsParts.most;

/** Name of the CronJob that keeps them. */
export const positionsJob = "durable-positions";

/** The settings of that stream: an hour of runs whose checkpoints are a message each. */
export function positionsStream(cluster: string): StreamConfig {
    const { stream: name, subject } = positionsStore;
    return standbyOwnStream(cluster, { name, subject, max_msgs: messages });
}
