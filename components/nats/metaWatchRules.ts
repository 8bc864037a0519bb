import { minutes, type Seconds } from "../model/duration";
import type { RegionProfile } from "../model/profile";

/** The meta group may be without a member for this long before it pages: servers that restart one by one are away for a minute each. */
export const metaWatchPatience: Seconds = minutes(5);

/** Name of a region's CronJob: its own in each, so that one Prometheus may see both. */
export function metaWatchJob({ short }: Pick<RegionProfile, "short">): string {
    return `meta-watch-${short}`;
}
