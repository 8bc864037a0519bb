import { contractTerms } from "../components/model/contract";
import type { PolicyConfig } from "../components/model/policyConfig";
import type { Role } from "../components/model/profile";
import { resourcePolicy } from "./shared/define";
import { natsServers, type NatsServers } from "./shared/natsServers";
import { roleOf } from "./shared/stacks";

/**
 * Two clusters of one name are two islands that never meet, and two servers of one name never elect a leader. The chart calls both
 * regions' the same by default.
 */
export const distinctNatsNames = resourcePolicy(
    "distinct-nats-names",
    "Each region's NATS cluster and servers have names that no other region's have.",
    ({ type, name, urn, props }, config, report) => {
        const member = natsServers(type, props);
        const own = roleOf(config, urn);
        if (!member || !own) return;
        for (const issue of issuesOf(member, own, config))
            report(
                `NATS "${name}" ${issue}. Without it there is no mirror, and contract ${contractTerms.natsRpo.id} is broken.`,
            );
    },
);

function issuesOf(
    { clusterName, serverNames, gateway }: NatsServers,
    own: Role,
    { natsClusters = {}, serverPrefixes = {} }: PolicyConfig<"distinct-nats-names">,
): string[] {
    const taken = Object.entries(natsClusters).find(([role, cluster]) => role !== own && cluster === clusterName)?.[0];
    const prefix = serverPrefixes[own];
    const names = gateway?.members.map((member) => member.name) ?? [];
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    return [
        ...(taken
            ? [
                  `calls its cluster "${clusterName}", which is the name of ${taken}'s; allowed is "${natsClusters[own] ?? "a name of its own"}"`,
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
        ...(own !== "primary" && prefix !== undefined && !serverNames?.startsWith(prefix)
            ? [
                  `calls its servers ${serverNames === undefined ? "as their pods, like those of the primary" : `"${serverNames}…"`}; allowed are names that begin with "${prefix}"`,
              ]
            : []),
        ...(own === "primary" && prefix === undefined && serverNames !== undefined
            ? [
                  `calls its servers "${serverNames}…"; allowed is no prefix here, because a renamed server is a new voter beside the old one`,
              ]
            : []),
    ];
}
