import { z } from "zod";
import { feedsAnotherStream } from "../../components/nats/feedingConsumers";
import type { StreamConfig } from "../../components/nats/natsStreamConfig";
import { positionOf, type DurablePosition } from "./durables";
import type { ConsumerInfo, StreamInfo } from "./streamApi";

/** What a promotion needs to know of the lost origins: how far their durables were, and their settings. */
export interface Positions {
    /** When they were read; messages acknowledged later come again. */
    readonly exportedAt: string;
    /** By the origin's name. */
    readonly streams: Readonly<Record<string, readonly DurablePosition[]>>;
    /** The origins' settings: a lost one cannot be asked, and parking it must not give it others. */
    readonly origins: Readonly<Record<string, StreamConfig>>;
}

/** An origin as the JetStream API answers for it. */
export interface OriginAnswers {
    readonly info: StreamInfo;
    readonly durables: readonly ConsumerInfo[];
}

const schema = z.object({
    exportedAt: z.iso.datetime(),
    streams: z.record(
        z.string(),
        z.array(
            z.object({
                consumers: z.array(
                    z.looseObject({
                        name: z.string().min(1),
                        ack_floor: z.looseObject({ stream_seq: z.number().int().min(0) }),
                        config: z.looseObject({
                            durable_name: z.string().optional(),
                            ack_policy: z.string().optional(),
                            sourcing: z.boolean().optional(),
                            metadata: z.record(z.string(), z.string()).optional(),
                        }),
                    }),
                ),
                // A list of the server that is not of all consumers says so here.
                missing: z.array(z.string()).max(0, "consumers are missing").optional(),
            }),
        ),
    ),
    origins: z.record(z.string(), z.looseObject({ config: z.looseObject({ name: z.string().min(1) }) })),
});

/**
 * Reads positions as they are kept, in a file as in the standby: the JetStream API's own answers, so that what stores them needs to
 * understand nothing of them. Throws a line for everything that is wrong.
 */
export function parsePositions(document: unknown): Positions {
    const parsed = schema.safeParse(document);
    if (!parsed.success)
        throw new Error(
            parsed.error.issues.map(({ path, message }) => `- ${path.join(".") || "the whole"}: ${message}`).join("\n"),
        );
    const { exportedAt, streams, origins } = parsed.data;
    const positions = Object.entries(streams).map(([name, lists]) => {
        const durables = lists
            .flatMap(({ consumers }) => consumers)
            .filter(({ config }) => config.durable_name && !feedsAnotherStream(config));
        return [name, durables.map(positionOf)] as const;
    });
    return {
        exportedAt,
        streams: Object.fromEntries(positions),
        // As the API gave it: whatever keys a stream has.
        origins: Object.fromEntries(
            Object.entries(origins).map(([name, { config }]) => [name, config as unknown as StreamConfig]),
        ),
    };
}

/** Positions as they are kept. */
export function positionsDocument(exportedAt: string, origins: readonly OriginAnswers[]): object {
    return {
        exportedAt,
        streams: Object.fromEntries(origins.map(({ info, durables }) => [info.config.name, [{ consumers: durables }]])),
        origins: Object.fromEntries(origins.map(({ info }) => [info.config.name, info])),
    };
}
