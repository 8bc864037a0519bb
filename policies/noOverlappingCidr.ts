import type { PolicyResource } from "@pulumi/policy";
import { validateNoOverlap, type NetworkRange } from "../components/network/regionPeeringRules";
import { contractTerms } from "../components/model/contract";
import { roles } from "../components/model/profile";
import { stackPolicy } from "./shared/define";
import { outputsOf } from "./shared/otherStacks";
import { roleOf } from "./shared/stacks";
import { known } from "./shared/support";

/**
 * Networks that overlap cannot be peered, and a network's range cannot be changed. Held against what the other stacks export, and
 * against the profile where this stack refers to none.
 */
export const noOverlappingCidr = stackPolicy(
    "no-overlapping-cidr",
    "The regions' networks have ranges that can be routed to one another.",
    ({ resources }, config, reportViolation) => {
        const { regions = {}, vpcCidrs = {} } = config;
        const role = resources.map(({ urn }) => roleOf(config, urn)).find((found) => found !== undefined);
        const own = role && regions[role];
        if (own === undefined) return;
        const others = roles.flatMap((other): NetworkRange[] => {
            const cidr = other === role ? undefined : (outputsOf(config, resources, other)?.vpcCidr ?? vpcCidrs[other]);
            return cidr === undefined ? [] : [{ owner: regions[other] ?? other, cidr }];
        });
        const networks = resources.filter(({ type }) => type === "aws:ec2/vpc:Vpc");
        const report = (resource: PolicyResource, ranges: NetworkRange[]) => {
            for (const issue of validateNoOverlap(ranges).filter((one) => one.includes(`of ${own}:`))) {
                reportViolation(
                    `"${resource.name}": ${issue}. No mirror crosses such a peering (contract ${contractTerms.natsRpo.id}).`,
                    resource.urn,
                );
            }
        };
        for (const network of networks) report(network, [{ owner: own, cidr: network.props.cidrBlock }, ...others]);
        for (const route of resources.filter(isPeeringRoute)) {
            for (const network of networks) {
                report(route, [
                    { owner: own, cidr: network.props.cidrBlock },
                    { owner: "the peering", cidr: route.props.destinationCidrBlock },
                ]);
            }
        }
    },
);

/** By dependency, since a preview does not know the connection's identifier; by value, for one of another stack. */
function isPeeringRoute({ type, props, propertyDependencies }: PolicyResource): boolean {
    if (type !== "aws:ec2/route:Route") return false;
    return (
        (propertyDependencies.vpcPeeringConnectionId ?? []).length > 0 ||
        Boolean(known(() => props.vpcPeeringConnectionId as unknown)?.value)
    );
}
