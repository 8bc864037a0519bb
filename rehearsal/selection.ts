import type { Phase } from "../components/model/phase";
import { UsageError } from "./commandLine";
import { allDrills } from "./drills";
import type { Drill, Sabotage } from "./kit/drill";
import type { RehearsalOptions } from "./options";

/** A drill on a deployment that was broken on purpose. */
export interface Sabotaged {
    readonly drill: Drill;
    readonly sabotage: Sabotage;
}

/** What a rehearsal runs. */
export interface Selection {
    /** In the order of the roadmap. */
    readonly drills: readonly Drill[];
    /** Present if only this one runs, sabotaged and without negative controls. */
    readonly sabotaged?: Sabotaged;
    /** The last phase to bring up. */
    readonly lastPhase: Phase;
}

type Asked = Pick<RehearsalOptions, "phase" | "drill" | "allDrills" | "sabotage">;

/**
 * The drills that the options ask for: one by name, all, or by default all but those that take minutes of real time. A single drill
 * needs no phase after its own.
 *
 * @throws UsageError for a drill or sabotage that does not exist, and for options that exclude each other
 */
export function select({ phase, drill: id, allDrills: all, sabotage }: Asked): Selection {
    if (id !== undefined && all) throw new UsageError("--drill and --all-drills exclude each other: give one of them.");
    const sabotaged = sabotage === undefined ? undefined : findSabotage(sabotage);
    const named = id === undefined ? undefined : findDrill(id);
    if (named && sabotaged && sabotaged.drill !== named)
        throw new UsageError(
            `--sabotage ${sabotage} is one of drill ${sabotaged.drill.id}, and --drill is ${named.id}: leave --drill out.`,
        );
    const only = sabotaged?.drill ?? named;
    if (!only) return { drills: allDrills.filter((drill) => all || !drill.long), lastPhase: phase };
    if (only.phase > phase) {
        const option = sabotaged ? `--sabotage ${sabotage}` : `--drill ${only.id}`;
        throw new UsageError(`${option} needs what phase ${only.phase} deploys, and --phase is ${phase}.`);
    }
    return { drills: [only], lastPhase: only.phase, ...(sabotaged ? { sabotaged } : {}) };
}

function findDrill(id: string): Drill {
    const found = allDrills.find((drill) => drill.id === id);
    if (!found) throw new UsageError(`--drill is "${id}"; allowed: ${allDrills.map((drill) => drill.id).join(", ")}.`);
    return found;
}

function findSabotage(id: string): Sabotaged {
    const pairs = allDrills.flatMap((drill) => drill.sabotages.map((sabotage) => ({ drill, sabotage })));
    const found = pairs.find(({ sabotage }) => sabotage.id === id);
    if (!found)
        throw new UsageError(`--sabotage is "${id}"; allowed: ${pairs.map(({ sabotage }) => sabotage.id).join(", ")}.`);
    return found;
}
