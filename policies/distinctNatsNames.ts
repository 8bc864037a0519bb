import type { ResourceValidationPolicy } from "@pulumi/policy";
import { contracts } from "../infra/contracts";
import { kgents, type RegionProfile } from "../infra/profile";
import { natsServers, type NatsServers } from "./natsServers";
import { ownRegionOf } from "./support";

/**
 * Two clusters of one name are two islands that never meet, and two servers of one name never elect a leader. The chart calls both
 * regions' the same by default.
 */
export const distinctNatsNames: ResourceValidationPolicy = {
    name: "distinct-nats-names",
    description: "Each region's NATS cluster and servers have names that no other region's have.",
    enforcementLevel: "mandatory",
    validateResource: (args, reportViolation) => {
        const member = natsServers(args.type, args.props);
        const own = ownRegionOf(args.urn);
        if (!member || !own) return;
        for (const issue of issuesOf(member, own)) {
            reportViolation(
                `NATS "${args.name}" ${issue}. Without it there is no mirror, and contract ${contracts.natsRpo.id} is broken.`,
            );
        }
    },
};

function issuesOf({ clusterName, serverNames, gateway }: NatsServers, own: RegionProfile): string[] {
    const others = Object.values(kgents.regions).filter((region) => region.role !== own.role);
    const taken = others.find((region) => region.natsCluster === clusterName);
    const names = gateway?.members.map((member) => member.name) ?? [];
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    return [
        ...(taken
            ? [
                  `calls its cluster "${clusterName}", which is the name of ${taken.role}'s; allowed is "${own.natsCluster}"`,
              ]
            : []),
        ...(gateway && gateway.name !== clusterName
            ? [
                  `is "${gateway.name ?? "nothing"}" on the gateways and its cluster "${clusterName}"; the server needs the two to be equal`,
              ]
            : []),
        ...[...new Set(twice)].map(
            (name) => `lists "${name}" twice on its gateways; each region has a name of its own`,
        ),
        ...(own.role !== "primary" && !serverNames?.startsWith(own.short)
            ? [
                  `calls its servers ${serverNames === undefined ? "as their pods, like those of the primary" : `"${serverNames}…"`}; allowed are names that begin with "${own.short}"`,
              ]
            : []),
        ...(own.role === "primary" && serverNames !== undefined
            ? [
                  `calls its servers "${serverNames}…"; allowed is no prefix here, because a renamed server is a new voter beside the old one`,
              ]
            : []),
    ];
}
