import { knownImages, validateImageArchitectures } from "../../components/cluster/imageArchitectures";
import { clusterDefaults, isArm } from "../../components/cluster/regionClusterRules";
import { settingKey } from "../../infra/settingKey";
import type { StackContext } from "../../infra/stack";
import type { JoinFacts } from "../phase13WarmStandby";

/**
 * What of the images would not run on the standby's nodes. Where the primary's nodes are of the same architecture nothing is asked: there
 * they run already.
 */
export function architectureIssues(stack: StackContext, facts: JoinFacts): string[] {
    const types = otherTypes(stack, facts);
    if (types === undefined) return [];
    const { gitops, standby } = stack.settings;
    const { architectures: images, prefixes } = standby.images;
    return validateImageArchitectures(types, { images, prefixes, manifests: gitops.overlays.dr }).map(
        (issue) => `${settingKey("standby.images")}.${issue}`,
    );
}

/** Which images the check above knows to run on ARM, for whoever relies on it; undefined where nobody has to. */
export function architectureNote(stack: StackContext, facts: JoinFacts): string | undefined {
    const types = otherTypes(stack, facts);
    if (!types?.some(isArm)) return undefined;
    const known = Object.keys(knownImages({ images: stack.settings.standby.images.architectures })).sort();
    return `the standby's nodes (${types.join(", ")}) are ARM. Images that are known to run there: ${known.join(", ")}. Any other of the manifests was not looked at.`;
}

/** The types of the standby's nodes, if they are of another architecture than the primary's. */
function otherTypes(
    { role, settings: { cluster } }: StackContext,
    { primary }: JoinFacts,
): readonly string[] | undefined {
    if (role !== "dr" || cluster.mode !== "create") return undefined;
    const primaryTypes = primary.nodeFloor?.instanceTypes;
    const types = cluster.instanceTypes ?? primaryTypes ?? clusterDefaults.instanceTypes;
    return primaryTypes !== undefined && types.every(isArm) === primaryTypes.every(isArm) ? undefined : types;
}
