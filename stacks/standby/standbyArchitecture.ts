import { validateImageArchitectures } from "../../components/cluster/imageArchitectures";
import { clusterDefaults, isArm } from "../../components/cluster/regionClusterRules";
import type { StackContext } from "../../infra/stack";
import type { JoinFacts } from "./standbyOrder";

/**
 * What of the images would not run on the standby's nodes. Where the primary's nodes are of the same architecture nothing is asked: there
 * they run already.
 */
export function architectureIssues({ role, settings }: StackContext, { primary }: JoinFacts): string[] {
    const { cluster, standby } = settings;
    if (role !== "dr" || cluster.mode !== "create") return [];
    const primaryTypes = primary.nodeFloor?.instanceTypes;
    const types = cluster.instanceTypes ?? primaryTypes ?? clusterDefaults.instanceTypes;
    if (primaryTypes !== undefined && types.every(isArm) === primaryTypes.every(isArm)) return [];
    return validateImageArchitectures(types, standby.imageArchitectures).map((issue) => `kgents-dr:standby.${issue}`);
}
