import type { StreamConfig } from "./natsStreamConfig";

/** Where the standby keeps the positions of the origins' durable consumers: the last message of a stream of its own. */
export const positionsStore = { stream: "DURABLE_POSITIONS", subject: "drkit.durable-positions" } as const;

/** Name of the CronJob that keeps them. */
export const positionsJob = "durable-positions";

/**
 * The settings of that stream. It lies in the standby's cluster, so that the primary region may be gone. Limited by count
 * alone, an hour of runs: with an age limit a long outage would take the last positions away.
 */
export function positionsStream(cluster: string): StreamConfig {
    return {
        name: positionsStore.stream,
        subjects: [positionsStore.subject],
        storage: "file",
        retention: "limits",
        max_msgs: 60,
        num_replicas: 3,
        placement: { cluster },
        allow_direct: true,
        deny_delete: true,
    };
}
