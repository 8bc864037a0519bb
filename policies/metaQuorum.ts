import type { ResourceValidationPolicy } from "@pulumi/policy";
import { validateMetaQuorum } from "../components/nats/natsMember";
import { contracts } from "../infra/contracts";
import { natsServers, type NatsServers } from "./natsServers";

/**
 * JetStream servers of all members are one group. Without its majority, streams can neither be created nor promoted, which is
 * what the day of a lost region is for. A stack sees itself only, so each member's own list of all members is judged.
 */
export const metaQuorum: ResourceValidationPolicy = {
    name: "meta-quorum-survives-region",
    description: "With any one region gone, the NATS servers that are left are still a majority of all.",
    enforcementLevel: "mandatory",
    validateResource: (args, reportViolation) => {
        const member = natsServers(args.type, args.props);
        if (!member?.gateway) return;
        for (const issue of issuesOf(member)) {
            reportViolation(
                `NATS "${args.name}": ${issue}. Contract ${contracts.natsRto.id} (${contracts.natsRto.title}) could not be kept.`,
            );
        }
    },
};

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
