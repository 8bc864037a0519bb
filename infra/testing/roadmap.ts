import type { Roadmap, RoadmapPhase } from "../roadmap";
import type { PhaseBuilder } from "../stack";

/** A phase of which only number and title matter, and that builds what is given. */
export function phase(
    id: number,
    title: string,
    builder: PhaseBuilder = {},
    more: Partial<RoadmapPhase<PhaseBuilder>> = {},
): RoadmapPhase<PhaseBuilder> {
    return { id, title, order: ["dr", "primary"], load: async () => builder, ...more };
}

/** As long as the shipped roadmap, with nothing in it; the last phase is not delivered. */
export const testRoadmap: Roadmap<PhaseBuilder> = [
    phase(10, "baseline"),
    phase(11, "external backup"),
    phase(12, "failover DNS"),
    phase(13, "warm standby"),
    { id: 14, title: "active-active", order: [] },
];
