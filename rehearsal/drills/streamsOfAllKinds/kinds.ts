import type { StreamConfig } from "../../../components/nats/natsStreamConfig";

const minutes = (count: number) => count * 60_000_000_000;

/** Settings of one stream that teams set, and a publish that needs them. Names and units are those of the JetStream API. */
export interface StreamKind {
    readonly id: string;
    readonly settings: Readonly<Record<string, unknown>>;
    /** Headers of a message that a stream without these settings refuses. @default any stream accepts what this one does */
    readonly headers?: Readonly<Record<string, string>>;
}

/** Each setting that a stream can have and still be promoted and failed back. */
export const streamKinds: readonly StreamKind[] = [
    // The window is below the ten minutes that this program gives a stream without one.
    { id: "short-lived", settings: { max_age: minutes(30), duplicate_window: minutes(4) } },
    { id: "expiring", settings: { allow_msg_ttl: true }, headers: { "Nats-TTL": "1h" } },
    { id: "rolled-up", settings: { allow_rollup_hdrs: true }, headers: { "Nats-Rollup": "sub" } },
    { id: "compressed", settings: { compression: "s2", max_msg_size: 64 * 1024 } },
    { id: "bounded", settings: { max_msgs: 1_000_000, max_bytes: 1_000_000_000, discard: "old" } },
    {
        id: "batched",
        settings: { allow_atomic: true },
        headers: { "Nats-Batch-Id": "one", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1" },
    },
    { id: "single-copy", settings: { num_replicas: 1 } },
];

/** One kind a stream if there are enough streams; else the kinds are dealt to them in turn, and a stream has several. */
export function dealt(streams: number): readonly (readonly StreamKind[])[] {
    return Array.from({ length: streams }, (_, place) =>
        streamKinds.filter((_kind, index) => index % streams === place),
    );
}

/** A stream's settings with those of its kinds. */
export function withKinds(config: StreamConfig, kinds: readonly StreamKind[]): StreamConfig {
    return Object.assign({ ...config }, ...kinds.map(({ settings }) => settings));
}

/** Which settings of its kinds a stream lacks, by their names: "" is none. */
export function lacking(config: StreamConfig, kinds: readonly StreamKind[], besides: readonly string[] = []): string {
    const found = config as unknown as Readonly<Record<string, unknown>>;
    return kinds
        .flatMap(({ settings }) => Object.entries(settings))
        .filter(([key, value]) => !besides.includes(key) && found[key] !== value)
        .map(([key, value]) => `${config.name}: ${key} is ${JSON.stringify(found[key])}, not ${JSON.stringify(value)}`)
        .join("; ");
}
