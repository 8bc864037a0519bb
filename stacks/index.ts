import type { PhaseLoaders } from "../infra/run";

/** The roadmap, a file a phase; each is loaded when a stack is at it. */
export const phaseLoaders: PhaseLoaders = {
    10: async () => (await import("./phase10Baseline")).baseline,
    11: async () => (await import("./phase11ExternalBackup")).externalBackup,
    12: async () => (await import("./phase12FailoverDns")).failoverDns,
    13: async () => (await import("./phase13WarmStandby")).warmStandby,
};
