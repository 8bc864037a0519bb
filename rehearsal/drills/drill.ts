import type { Phase } from "../../infra/phase";
import type { Role, SystemProfile } from "../../infra/profile";
import type { DrillResult } from "../report/result";
import type { Deployment } from "../state/deployment";
import type { Tools } from "../toolchain/tools";

/** The exported state of every stack that is up; what a drill builds its world from. */
export type Deployments = Readonly<Partial<Record<Role, Deployment>>>;

/** What a drill gets to work with. */
export interface DrillContext {
    readonly deployments: Deployments;
    readonly profile: SystemProfile;
    readonly tools: Tools;
    /** An empty folder for this drill alone; configurations and logs that stay beside the report go here. */
    readonly workDir: string;
    /** Seed of everything random in the drill. */
    readonly seed: number;
    /** Smaller numbers of the same drill, for CI. */
    readonly quick: boolean;
    /** A line for the person who watches. */
    readonly progress: (line: string) => void;
    /** Aborts when the run is interrupted; a drill stops what it started and rejects. */
    readonly signal: AbortSignal;
}

/** A deployment broken on purpose. `apply` changes a copy of the exported state, never the program. */
export interface Sabotage {
    readonly id: string;
    readonly title: string;
    readonly apply: (deployments: Deployments) => Deployments;
    /** Identifier of the check that has to fail. */
    readonly expectRed: string;
}

/** A rehearsed event. */
export interface Drill {
    readonly id: string;
    readonly title: string;
    /** The first phase in which it can run. */
    readonly phase: Phase;
    readonly run: (context: DrillContext) => Promise<DrillResult>;
    /**
     * Whether it may run beside the engine's work. Its figures are then those of a busy machine, and never better for it; a drill
     * that scales time may not. @default false
     */
    readonly besideEngine?: boolean;
    readonly sabotages: readonly Sabotage[];
}
