import type { PolicyResource } from "@pulumi/policy";
import { clusterDefaults } from "../components/cluster/regionClusterRules";
import { contractTerms } from "../components/model/contract";
import type { NodeFloor } from "../components/model/policyConfig";
import { stackPolicy } from "./shared/define";
import { memoryGib } from "./shared/instanceMemory";
import { outputsOf } from "./shared/otherStacks";
import { roleOf } from "./shared/stacks";

/** On the day everybody moves to the standby's region, and what does not run there already cannot be had. */
export const standbyCapacity = stackPolicy(
    "standby-capacity",
    "The standby's nodes are as many and as large as the primary's floor, of several types and none of them Spot.",
    ({ resources }, config, report) => {
        const exported: NodeFloor | undefined = outputsOf(config, resources, "primary")?.nodeFloor;
        const floor = exported ?? config.nodeFloor ?? clusterDefaults;
        const { id, title } = contractTerms.apiRto;
        for (const resource of resources.filter(({ urn }) => roleOf(config, urn) === "dr")) {
            for (const issue of [...spotIssues(resource), ...floorIssues(resource, floor)])
                report(`"${resource.name}" ${issue}. Contract ${id}: ${title}.`, resource.urn);
        }
    },
);

function spotIssues({ type, props }: PolicyResource): string[] {
    const advice = "is Spot, which AWS takes back when capacity is short; allowed is on-demand";
    if (type === "aws:eks/nodeGroup:NodeGroup")
        return props.capacityType === "SPOT" ? [`${advice}: set capacityType to ON_DEMAND`] : [];
    if (type === "aws:ec2/launchTemplate:LaunchTemplate")
        return props.instanceMarketOptions?.marketType === "spot" ? [`${advice}: leave instanceMarketOptions out`] : [];
    return [];
}

function floorIssues({ type, props }: PolicyResource, floor: NodeFloor): string[] {
    if (type !== "aws:eks/nodeGroup:NodeGroup") return [];
    const types: string[] = props.instanceTypes ?? [];
    const nodes: number = Math.min(props.scalingConfig?.minSize ?? 0, props.scalingConfig?.desiredSize ?? 0);
    const memory = smallest(types);
    const needed = smallest(floor.instanceTypes);
    return [
        ...(nodes >= floor.nodes
            ? []
            : [`has ${nodes} nodes; needed are ${floor.nodes}, the primary's floor: raise minSize and desiredSize`]),
        ...(types.length >= 2
            ? []
            : [
                  `has ${types.length === 1 ? `one instance type, ${types[0]}` : "no instance type of its own"}; needed are two or more, as a region under stress runs out of single ones`,
              ]),
        ...(memory === undefined || needed === undefined || nodes * memory >= floor.nodes * needed
            ? []
            : [
                  `has ${nodes * memory} GiB on its smallest type; needed are ${floor.nodes * needed} GiB, the primary's floor (${floor.nodes} × ${floor.instanceTypes.join(" or ")})`,
              ]),
    ];
}

/** Memory of the smallest type, in GiB; undefined if one of them is not in the table. */
function smallest(types: readonly string[]): number | undefined {
    const memories = types.map(memoryGib);
    return memories.length === 0 || memories.includes(undefined) ? undefined : Math.min(...(memories as number[]));
}
