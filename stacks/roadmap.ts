import type { Roadmap } from "../infra/roadmap";
import type { PhaseBuilder } from "../infra/stack";
import { baseline } from "./phase10Baseline";
import { externalBackup } from "./phase11ExternalBackup";
import { failoverDns } from "./phase12FailoverDns";
import { warmStandby } from "./phase13WarmStandby";
import { activeActive } from "./phase14ActiveActive";

/** The roadmap (seed 000), a file a phase. What a phase builds is loaded when a stack is at it; what has no builder is not in this version. */
export const roadmap: Roadmap<PhaseBuilder> = [
    { ...baseline, load: async () => (await import("./builders/baseline")).baselineBuilder },
    { ...externalBackup, load: async () => (await import("./builders/externalBackup")).externalBackupBuilder },
    { ...failoverDns, load: async () => (await import("./builders/failoverDns")).failoverDnsBuilder },
    { ...warmStandby, load: async () => (await import("./builders/warmStandby")).warmStandbyBuilder },
    activeActive,
];
