import { contractTerms } from "../components/model/contract";
import type { MirroredStream } from "../components/model/policyConfig";
import type { Role } from "../components/model/profile";
import { validateStreams } from "../components/nats/natsStreamRules";
import { stackPolicy } from "./shared/define";
import { natsServers } from "./shared/natsServers";
import { roleOf } from "./shared/stacks";
import { declaredStreams, type DeclaredStream } from "./shared/streamConfigs";

/** What is not mirrored is lost with its region, back to the last backup. */
export const mirrorPerStream = stackPolicy(
    "mirror-per-stream",
    "Every critical stream has a mirror in the standby, placed there, with three replicas.",
    ({ resources }, config, report) => {
        const { natsClusters = {}, streams = [] } = config;
        const role = resources.map(({ urn }) => roleOf(config, urn)).find((found) => found !== undefined);
        if (!role) return;
        const declared = declaredStreams(resources);
        const inSuperCluster = resources.some(({ type, props }) => natsServers(type, props)?.gateway !== undefined);
        const issues = [
            ...declared.flatMap((stream) => placementIssues(stream, role, natsClusters[role])),
            ...(role === "dr" && inSuperCluster ? streams.flatMap((stream) => mirrorIssues(stream, declared)) : []),
        ];
        const { id, title } = contractTerms.natsRpo;
        for (const issue of issues) report(`${issue}. Contract ${id}: ${title}.`);
    },
);

function placementIssues({ config }: DeclaredStream, role: Role, natsCluster: string | undefined): string[] {
    const cluster = config.placement?.cluster;
    return [
        ...validateStreams([config]),
        ...(cluster === undefined || cluster === "" || natsCluster === undefined || cluster === natsCluster
            ? []
            : [
                  `streams.${config.name}.placement.cluster: "${cluster}" found; allowed is "${natsCluster}", the cluster of ${role}, whose stack makes it`,
              ]),
    ];
}

function mirrorIssues({ name, mirror }: MirroredStream, streams: readonly DeclaredStream[]): string[] {
    const found = streams.find(({ config }) => config.name === mirror)?.config;
    const mirrors = streams.filter(({ config }) => config.mirror !== undefined).map(({ config }) => config.name);
    if (!found)
        return [
            `stream ${name} has no mirror in the standby: none is called ${mirror} among ${mirrors.join(", ") || "no mirrors"}; declare it`,
        ];
    return found.mirror?.name === name
        ? []
        : [`streams.${mirror}.mirror: ${JSON.stringify(found.mirror?.name ?? null)} found; allowed is "${name}"`];
}
