import type { PhaseDefinition } from "../infra/roadmap";

/** Phase 14, active-active (seed 000, optional): both regions take writes. On the roadmap, and not in this version. */
export const activeActive: PhaseDefinition = { id: 14, title: "active-active", order: ["dr", "primary"] };
