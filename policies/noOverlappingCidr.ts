import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { validateNoOverlap, type NetworkRange } from "../components/network/regionPeeringRules";
import { contracts } from "../infra/contracts";
import { kgents } from "../infra/profile";
import { outputsOf } from "./otherStacks";
import { known, ownRegionOf } from "./support";

/**
 * Networks that overlap cannot be peered, and a network's range cannot be changed. Held against what the other stacks export, and
 * against the profile where this stack refers to none.
 */
export const noOverlappingCidr: StackValidationPolicy = {
    name: "no-overlapping-cidr",
    description: "The regions' networks have ranges that can be routed to one another.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, reportViolation) => {
        const own = resources.map(({ urn }) => ownRegionOf(urn)).find((found) => found !== undefined);
        if (!own) return;
        const others: NetworkRange[] = Object.values(kgents.regions)
            .filter((region) => region.role !== own.role)
            .map((region) => ({
                owner: region.name,
                cidr: outputsOf(resources, region.role)?.vpcCidr ?? region.vpcCidr,
            }));
        const networks = resources.filter(({ type }) => type === "aws:ec2/vpc:Vpc");
        const report = (resource: PolicyResource, ranges: NetworkRange[]) => {
            for (const issue of validateNoOverlap(ranges).filter((one) => one.includes(`of ${own.name}:`))) {
                reportViolation(
                    `"${resource.name}": ${issue}. No mirror crosses such a peering (contract ${contracts.natsRpo.id}).`,
                    resource.urn,
                );
            }
        };
        for (const network of networks)
            report(network, [{ owner: own.name, cidr: network.props.cidrBlock }, ...others]);
        for (const route of resources.filter(isPeeringRoute)) {
            for (const network of networks) {
                report(route, [
                    { owner: own.name, cidr: network.props.cidrBlock },
                    { owner: "the peering", cidr: route.props.destinationCidrBlock },
                ]);
            }
        }
    },
};

/** By dependency, since a preview does not know the connection's identifier; by value, for one of another stack. */
function isPeeringRoute({ type, props, propertyDependencies }: PolicyResource): boolean {
    if (type !== "aws:ec2/route:Route") return false;
    return (
        (propertyDependencies.vpcPeeringConnectionId ?? []).length > 0 ||
        Boolean(known(() => props.vpcPeeringConnectionId as unknown)?.value)
    );
}
