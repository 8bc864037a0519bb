import type { Role } from "./profile";

/** The steps of the roadmap (seed 000). Phase N holds everything of phase N-1. */
export const phases = [10, 11, 12, 13, 14] as const;

/** A step of the roadmap. */
export type Phase = (typeof phases)[number];

/**
 * The stacks of each phase in the order in which they go up; a stack can come twice in one phase. Whoever goes up first
 * needs nothing of the others in that phase, or only what the profile computes.
 */
export const deploymentOrder: Record<Phase, readonly Role[]> = {
    10: ["dr", "primary"],
    11: ["dr", "primary"],
    12: ["primary", "dr"],
    13: ["witness", "dr", "primary", "witness", "primary", "dr"],
    14: ["dr", "primary"],
};

/**
 * Logical names of the resources that a phase updates in place; everything else in it is created. Nothing is ever replaced
 * or deleted by raising the phase.
 */
export const phaseUpdates: Record<Phase, Partial<Record<Role, readonly string[]>>> = {
    10: {},
    11: {},
    12: {},
    13: {
        // Gateways, by a rolling restart; and the alert on the meta group, once there is one, in between the phase's two updates.
        primary: ["nats-release", "observability-rules"],
        // SECONDARY leads to the standby's load balancer, the watcher sets the latch instead of only paging, and between the
        // phase's two updates the standby may read what the primary has put into Secrets Manager.
        dr: ["failover-record", "latch-watcher-function", "secret-sync-reader-policy"],
    },
    14: {},
};

/** The phases this version of the program can deploy. */
export const deliveredPhases: readonly Phase[] = [10, 11, 12, 13];

/** What a phase is called in the roadmap, total over all phases. */
export const phaseTitles: Record<Phase, string> = {
    10: "baseline",
    11: "external backup",
    12: "failover DNS",
    13: "warm standby",
    14: "active-active",
};

/** All phases from the baseline up to and including `phase`, in order. */
export function phasesUpTo(phase: Phase): Phase[] {
    return phases.filter((candidate) => candidate <= phase);
}
