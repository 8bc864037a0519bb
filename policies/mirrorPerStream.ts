import type { StackValidationPolicy } from "@pulumi/policy";
import { validateStreams } from "../components/nats/natsStreamRules";
import { contracts } from "../infra/contracts";
import { kgents, type RegionProfile, type StreamProfile } from "../infra/profile";
import { natsServers } from "./natsServers";
import { declaredStreams, type DeclaredStream } from "./streamConfigs";
import { ownRegionOf } from "./support";

/** What is not mirrored is lost with its region, back to the last backup. */
export const mirrorPerStream: StackValidationPolicy = {
    name: "mirror-per-stream",
    description: "Every critical stream has a mirror in the standby, placed there, with three replicas.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, reportViolation) => {
        const region = resources.map(({ urn }) => ownRegionOf(urn)).find((found) => found !== undefined);
        if (!region) return;
        const streams = declaredStreams(resources);
        const inSuperCluster = resources.some(({ type, props }) => natsServers(type, props)?.gateway !== undefined);
        const issues = [
            ...streams.flatMap((stream) => placementIssues(stream, region)),
            ...(region.role === "dr" && inSuperCluster
                ? kgents.streams.flatMap((stream) => mirrorIssues(stream, streams))
                : []),
        ];
        for (const issue of issues)
            reportViolation(`${issue}. Contract ${contracts.natsRpo.id}: ${contracts.natsRpo.title}.`);
    },
};

function placementIssues({ config }: DeclaredStream, { natsCluster, role }: RegionProfile): string[] {
    const cluster = config.placement?.cluster;
    return [
        ...validateStreams([config]),
        ...(cluster === undefined || cluster === "" || cluster === natsCluster
            ? []
            : [
                  `streams.${config.name}.placement.cluster: "${cluster}" found; allowed is "${natsCluster}", the cluster of ${role}, whose stack makes it`,
              ]),
    ];
}

function mirrorIssues({ name, mirror }: StreamProfile, streams: readonly DeclaredStream[]): string[] {
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
