import type { ClusterNeeds } from "../components/cluster/clusterPreflight";
import type { Phase } from "../components/model/phase";
import type { Role } from "../components/model/profile";
import type { OutputName } from "./outputs";

/** A step of the roadmap as data: light enough to be read by whoever only asks what there is. */
export interface PhaseDefinition {
    /** Its number. A phase holds everything of those with a lower one. */
    readonly id: Phase;
    /** What it is called: "warm standby". */
    readonly title: string;
    /**
     * The stacks in the order in which they go up; a stack can come twice. Whoever goes up first needs nothing of the others in
     * that phase, or only what the profile computes.
     */
    readonly order: readonly Role[];
    /**
     * Logical names of the earlier phases' resources that it updates in place. Everything else in it is created; nothing is ever
     * replaced or deleted by raising the phase. Default: none.
     */
    readonly updates?: Partial<Record<Role, readonly string[]>>;
    /** Names of the outputs that a stack exports from this phase on. Default: none. */
    readonly outputs?: { readonly [R in Role]?: readonly OutputName<R>[] };
    /**
     * The stacks whose outputs a role's stack reads. They are asked for while the program is still loading; one that is not named
     * here is asked when it is needed, which takes longer. Default: none.
     */
    readonly reads?: Partial<Record<Role, readonly Role[]>>;
    /** What it expects of a cluster that was not made here, in a VPC of that range. A created cluster has all of it. Default: nothing. */
    readonly clusterNeeds?: (vpcCidr: string) => ClusterNeeds;
    /** What is left to a person once all of its updates are through. Default: nothing. */
    readonly after?: FollowUp;
}

/** A phase with what it builds, which is loaded when a stack is at it. */
export interface RoadmapPhase<Builder = unknown> extends PhaseDefinition {
    /** Undefined for a phase that is on the roadmap and not in this version. */
    readonly load?: () => Promise<Builder>;
}

/** The last step of a phase: a person changes settings of one stack when they see fit, and updates it. */
export interface FollowUp {
    /** One word: "cutover". */
    readonly id: string;
    /** What it comes to, as a sentence. */
    readonly title: string;
    readonly role: Role;
    /** What is set, section by section, over what the stack's sections have: `{ dns: { cutover: "done" } }`. */
    readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    /** All that the update may do, and has to. */
    readonly steps: readonly { readonly op: "create" | "update"; readonly type: string; readonly name: string }[];
}

/** A phase that this version of the program can deploy. */
export type DeliveredPhase<Builder = unknown> = RoadmapPhase<Builder> & Required<Pick<RoadmapPhase<Builder>, "load">>;

/** The phases by their numbers, the baseline first. */
export type Roadmap<Builder = unknown> = readonly RoadmapPhase<Builder>[];

/** All phases from the baseline up to and including `phase`. */
export function phasesUpTo<One extends PhaseDefinition>(phases: readonly One[], phase: Phase): readonly One[] {
    return phases.filter(({ id }) => id <= phase);
}

/** The phases that this version of the program can deploy. */
export function deliveredPhases<Builder>(roadmap: Roadmap<Builder>): readonly DeliveredPhase<Builder>[] {
    return roadmap.filter((phase): phase is DeliveredPhase<Builder> => phase.load !== undefined);
}

/** The phase of that number; a number that is on no roadmap is a mistake of whoever asks. */
export function phaseOf<Builder>(roadmap: Roadmap<Builder>, phase: Phase): RoadmapPhase<Builder> {
    const found = roadmap.find(({ id }) => id === phase);
    if (found === undefined)
        throw new Error(`phase ${phase} is not on the roadmap: ${roadmap.map(({ id }) => id).join(", ")}`);
    return found;
}

/** What a phase is called, whatever a stack's state says it is at; undefined for one that is on no roadmap. */
export function titleOf(roadmap: Roadmap, phase: unknown): string | undefined {
    return roadmap.find(({ id }) => id === phase)?.title;
}

/** The phase from which on a stack exports an output; the first one for what every stack exports. */
export function providedFrom<R extends Role>(roadmap: Roadmap, role: R, output: OutputName<R>): Phase {
    const exports = ({ outputs }: PhaseDefinition) => (outputs?.[role] as readonly string[] | undefined) ?? [];
    return (roadmap.find((phase) => exports(phase).includes(output)) ?? roadmap[0]!).id;
}
