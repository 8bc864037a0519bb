import type { PhaseBuilder } from "../infra/stack";

/**
 * Phase 10, the baseline (seed 000): the single region as it is, adopted or created. The standby holds its provider and
 * its outputs, so that the road between the stacks exists before anything depends on it.
 */
export const baseline: PhaseBuilder = {
    phase: 10,

    async primary(stack) {
        const dr = await stack.peer("dr");
        return { outputs: { standbyRegion: dr.require("region") } };
    },

    dr: () => ({}),
};
