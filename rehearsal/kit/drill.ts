import type { Phase } from "../../components/model/phase";
import type { Role } from "../../components/model/profile";
import type { DrillResult } from "../../report/result";
import type { Deployments } from "./context";
import type { DrillRun } from "./drillRun";

/** A negative control: a deployment broken on purpose, on which the same drill must fail, for its own check. */
export interface Sabotage {
    readonly id: string;
    readonly title: string;
    /** Changes a copy of the exported state, never the program. @default nothing: the script itself is sabotaged */
    readonly apply?: (deployments: Deployments) => Deployments;
    /** Identifier of the check that has to fail. */
    readonly expectRed: string;
}

/**
 * What a script found: checks, figures, and what else the report shows. The runner adds who the drill is, its seed,
 * which parts were real, and the events of its history in front of the script's own timeline.
 */
export type Outcome = Pick<DrillResult, "checks"> &
    Partial<
        Pick<DrillResult, "measurements" | "rto" | "rpo" | "controlPlaneCalls" | "failback" | "details" | "timeline">
    >;

/** A rehearsed event: what it needs, what happens, and what must not be survived without being noticed. */
export interface Drill {
    readonly id: string;
    readonly title: string;
    /** The first phase in which it can run. */
    readonly phase: Phase;
    /** What happens to the system, in a sentence. */
    readonly scenario?: string;
    /** Stacks whose deployment it reads; the runner refuses to start without one of them. */
    readonly needs: readonly Role[];
    /**
     * Whether it may run beside the engine's work. Its figures are then those of a busy machine, and never better for it; a drill
     * that scales time may not. @default false
     */
    readonly besideEngine?: boolean;
    /** Whether it takes minutes of real time: `--all-drills` and `--drill` run it, the default run does not. @default false */
    readonly long?: boolean;
    /** Faults and the operator's actions, in order, on environments that the kit starts; then the checkers. */
    readonly script: (run: DrillRun) => Promise<Outcome>;
    readonly sabotages: readonly Sabotage[];
}

/** The drill cannot run on this machine: the reason, and what would be needed. It is skipped, and does not count as passed. */
export class CannotRunHere extends Error {
    override readonly name = "CannotRunHere";
}
