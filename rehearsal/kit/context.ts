import type { Role, SystemProfile } from "../../components/model/profile";
import type { Deployment } from "../../engine/state/deployment";
import type { Tools } from "../../engine/toolchain/tools";

/** The exported state of every stack that is up; what a drill builds its environment from. */
export type Deployments = Readonly<Partial<Record<Role, Deployment>>>;

/** What a drill gets to work with. */
export interface DrillContext {
    readonly deployments: Deployments;
    readonly profile: SystemProfile;
    readonly tools: Tools;
    /** An empty folder for this drill alone; configurations, logs and the history stay there beside the report. */
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
