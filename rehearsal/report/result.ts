import type { ContractName } from "../../infra/contracts";
import type { Phase } from "../../infra/phase";
import type { Role } from "../../infra/profile";

/** One thing that was looked at, with what was expected and what was found. */
export interface Check {
    /** Stable identifier; a negative control names the check that has to turn red. */
    readonly id: string;
    readonly title: string;
    readonly passed: boolean;
    readonly expected: string;
    readonly actual: string;
}

/** A measured number. */
export interface Measurement {
    readonly id: string;
    readonly title: string;
    readonly value: number;
    readonly unit: "s" | "messages" | "MB/s" | "calls" | "servers" | "resources";
    /** The contract that this number is held against. */
    readonly contract?: ContractName;
}

/** Something that happened during a drill, for the timeline plot. Times are seconds since the drill's disruption or start. */
export interface TimelineEvent {
    /** The row of the plot: a server, a client, a health check. */
    readonly lane: string;
    readonly at: number;
    /** End of a span; absent for an instant. */
    readonly until?: number;
    readonly label: string;
    readonly tone?: "good" | "bad" | "neutral";
}

/** What one drill found. `passed` is true only if every check passed and every contract it measured was kept. */
export interface DrillResult {
    readonly id: string;
    readonly title: string;
    readonly phase: Phase;
    /** Parts that ran for real, and parts that something stood in for: shown with the result. */
    readonly real: readonly string[];
    readonly simulated: readonly string[];
    readonly seed?: number;
    readonly checks: readonly Check[];
    readonly measurements: readonly Measurement[];
    readonly timeline: readonly TimelineEvent[];
    /** Further numbers for machines: distributions, truth tables, message accounts. JSON only. */
    readonly details?: Readonly<Record<string, unknown>>;
}

/** A drill repeated over a deployment that was broken on purpose: it has to turn red, for the expected reason. */
export interface NegativeControl {
    readonly id: string;
    readonly title: string;
    readonly drill: string;
    /** The check that has to fail. */
    readonly expectRed: string;
    readonly turnedRed: boolean;
    /** What failed, in words. */
    readonly reason: string;
}

/** One run of the engine over one stack. */
export interface EngineRun {
    readonly stack: Role;
    readonly phase: Phase;
    readonly operation: "preview" | "up" | "up again" | "destroy";
    readonly seconds: number;
    /** Count by kind of step: create, update, same, replace, delete. */
    readonly changes: Readonly<Record<string, number>>;
    /** Policy violations, by policy; and policies that could not look because a value was unknown. */
    readonly violations: readonly string[];
    readonly unlooked: readonly string[];
}

/** Everything a rehearsal found out: `rehearsal/out/report.json` is this, verbatim. */
export interface RehearsalResult {
    readonly schemaVersion: 1;
    readonly startedAt: string;
    readonly seconds: number;
    readonly revision: string;
    readonly phase: Phase;
    readonly label: "rehearsal on this machine: nothing ran on AWS";
    readonly real: readonly string[];
    readonly simulated: readonly string[];
    readonly tools: Readonly<Record<string, string>>;
    readonly engine: readonly EngineRun[];
    readonly checks: readonly Check[];
    readonly drills: readonly DrillResult[];
    readonly controls: readonly NegativeControl[];
    readonly passed: boolean;
}
