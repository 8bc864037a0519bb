import { validateMetaQuorum } from "../components/nats/natsMember";
import { contractTerms } from "../components/model/contract";
import { resourcePolicy } from "./shared/define";
import { natsServers, type NatsServers } from "./shared/natsServers";

/**
 * JetStream servers of all members are one group. Without its majority, streams can neither be created nor promoted, which is
 * what the day of a lost region is for. A stack sees itself only, so each member's own list of all members is judged.
 */
export const metaQuorumSurvivesRegion = resourcePolicy(
    "meta-quorum-survives-region",
    "NATS keeps its quorum if any single region is lost.",
    ({ type, name, props }, _config, report) => {
        const member = natsServers(type, props);
        if (!member?.gateway) return;
        const { id, title } = contractTerms.natsRto;
        for (const issue of issuesOf(member))
            report(`NATS "${name}": ${issue}. Contract ${id} (${title}) could not be kept.`);
    },
);

function issuesOf({ gateway, clusterName, servers, jetStream }: NatsServers): string[] {
    const members = gateway?.members ?? [];
    const own = members.find((member) => member.name === clusterName);
    return [
        ...validateMetaQuorum(Object.fromEntries(members.map((member) => [member.name, member.servers]))),
        ...(own === undefined
            ? [
                  `its gateways do not list its own cluster "${clusterName}", but ${members.map(({ name }) => `"${name}"`).join(", ") || "none"}; list every member on every member`,
              ]
            : own.servers === servers
              ? []
              : [
                    `it has ${servers} servers and its gateways list ${own.servers} addresses of "${clusterName}"; list one for each server`,
                ]),
        ...(jetStream
            ? []
            : [
                  `JetStream is off on "${clusterName}", so its ${servers} servers do not vote; switch it on (a witness keeps streams away with the tag !jetstream)`,
              ]),
    ];
}
