import type { StreamConfig } from "./natsStreamConfig";

/** What is wrong with a list of streams; empty if nothing is. The policy on mirrors uses the same rules. */
export function validateStreams(streams: readonly StreamConfig[]): string[] {
    if (streams.length === 0) return ["streams: empty; name at least one, or leave the component out"];
    return streams.flatMap((stream, index) => [
        ...(streams.findIndex((other) => other.name === stream.name) < index
            ? [`streams.${stream.name}: named twice`]
            : []),
        ...(stream.placement?.cluster
            ? []
            : [`streams.${stream.name}.placement.cluster: absent; name the region's cluster`]),
        ...(stream.num_replicas >= 3
            ? []
            : [
                  `streams.${stream.name}.num_replicas: ${stream.num_replicas} found; allowed are 3 and 5, as fewer do not outlive a server`,
              ]),
        ...(stream.mirror && stream.duplicate_window !== undefined
            ? [
                  `streams.${stream.name}.duplicate_window: set on a mirror; the server drops it, so each run would differ`,
              ]
            : []),
    ]);
}

/** Which of these names a script could not take, separated by spaces; empty if it takes all. */
export function validateStreamNames(streams: readonly string[]): string[] {
    return streams
        .filter((stream) => !/^[A-Za-z0-9_-]+$/.test(stream))
        .map((stream) => `streams: "${stream}" is no stream name; allowed are letters, digits, "_" and "-"`);
}
