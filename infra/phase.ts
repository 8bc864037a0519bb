/** The steps of the roadmap (seed 000). Phase N holds everything of phase N-1. */
export const phases = [10, 11, 12, 13, 14] as const;

/** A step of the roadmap. */
export type Phase = (typeof phases)[number];

/** The phases this version of the program can deploy. */
export const deliveredPhases: readonly Phase[] = [10];

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
