import type { StreamInfo } from "@nats-io/jetstream";
import { positionsStore } from "../../../components/nats/durablePositionsStore";
import { failbackStore } from "../../../components/nats/failbackLeaseStore";
import { scopedSubject } from "../../../components/nats/natsStreamConfig";
import type { SystemProfile } from "../../../components/model/profile";
import type { Check } from "../../../report/result";
import { same } from "./check";

/** Where a stream is and what it takes, in a line. */
export function placeOf({ config, cluster }: Pick<StreamInfo, "config" | "cluster">): string {
    const takes = config.mirror ? `mirror of ${config.mirror.name}` : `takes ${config.subjects?.join(" ")}`;
    return `${config.name} in ${cluster?.name}, ${takes}`;
}

/** Origins in the primary, their mirrors in the standby, and the streams of the consumers' positions and of the failbacks' records. */
export function originalLayout(
    { streams, regions }: Pick<SystemProfile, "streams" | "regions">,
    clusters: { readonly primary: string; readonly dr: string },
    found: readonly string[],
): Check {
    const expected = streams
        .flatMap((stream) => [
            `${stream.name} in ${clusters.primary}, takes ${scopedSubject(regions.primary, stream)}`,
            `${stream.mirror} in ${clusters.dr}, mirror of ${stream.name}`,
        ])
        .concat(
            `${positionsStore.stream} in ${clusters.dr}, takes ${positionsStore.subject}`,
            `${failbackStore.stream} in ${clusters.dr}, takes ${failbackStore.subject}.*`,
        );
    return same(
        "original-layout",
        "After the failback everything is where it was",
        expected.sort().join("; "),
        found.toSorted().join("; "),
    );
}
