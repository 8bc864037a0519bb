import * as pulumi from "@pulumi/pulumi";
import { ImageReplication } from "../../components/standby/imageReplication";
import { NatsGate, natsGateJobs } from "../../components/nats/natsGate";
import { acceptanceOf } from "../../components/nats/serverLimits";
import { natsSetupOf } from "../../infra/natsFound";
import type { ReplicatedImages } from "../../infra/outputs";
import { part, type NatsPart, type Parts } from "../../infra/parts";
import { ownsAccount } from "../../infra/settings/environment";
import type { PhaseBuilder, StackContext } from "../../infra/stack";
import { natsCadence } from "../parts/backupCadence";
import { buildBackupAlarm, buildBackupBucket, buildNatsBackup, twinLocations } from "../parts/backups";
import { warnIfNobodyIsPaged } from "../parts/paging";
import { buildPrimaryEntry } from "../standby/primaryEntry";
import { buildGitOps } from "../standby/regionGitOps";
import { buildWatch } from "../standby/regionWatch";
import { buildCriticalSecrets } from "../standby/syncedSecrets";
import { checkStandby } from "../standby/standbyGates";
import { buildMetaWatch } from "../standby/standbyMetaWatch";
import { reachOfStack, standbyServes } from "../standby/standbyOrder";
import { buildClusterRestore } from "../standby/standbyRestore";
import { buildNatsPatch } from "../standby/standbyPatch";
import { buildStandbyNats, buildStandbyRegion, votersOf } from "../standby/standbyRegion";
import { buildWitnessNetwork, buildWitnessServer } from "../standby/standbyWitness";

/** What the warm standby builds: phase13WarmStandby.ts says what it is for, and has its order. */
export const warmStandbyBuilder: PhaseBuilder = {
    before: checkStandby,
    fills: { joinEntry: buildPrimaryEntry, standbyServes },

    async witness(stack) {
        const network = buildWitnessNetwork(stack);
        const natsBackups = await buildBackupBucket(stack, "nats", stack.profile.regions.dr);
        await warnIfNobodyIsPaged(stack);
        const backupTopicArn = buildBackupAlarm(stack, natsBackups, { asleep: true });
        const outputs = { vpcId: network.vpcId, natsBackups, backupTopicArn, backupCadence: natsCadence(stack) };
        if ((await reachOfStack(stack)) === "first") return { outputs: { ...outputs, joined: false } };
        const server = await buildWitnessServer(stack, network, backupTopicArn);
        return { outputs: { ...outputs, joined: server.instanceId.apply(() => true) } };
    },

    async dr(stack, former) {
        const reach = await reachOfStack(stack);
        const region = await buildStandbyRegion(stack, reach);
        const { network, cluster, namespaces, ingress, peerings, key } = region;
        const parts: Parts = { ...former, network, cluster, namespaces };
        buildGitOps(stack, parts);
        buildClusterRestore(stack, parts, region.repositoryPassword);
        const outputs = {
            clusterName: cluster.clusterName,
            clusterEndpoint: cluster.endpoint,
            vpcId: cluster.vpcId,
            peeringIds: pulumi.output({
                primary: peerings.primary.connectionId,
                witness: peerings.witness.connectionId,
            }),
            secretsKeyArn: key.arn,
            natsVolumeGib: stack.settings.nats.volumeGib,
        };
        if (reach === "first") return { parts: { network, cluster, namespaces }, outputs };

        await part(former, "secondaryRecord")({ kind: "alias", name: ingress.dnsName, zoneId: ingress.zoneId });
        const { part: nats, gate } = buildStandbyNats(stack, region);
        const { destination, source } = await twinLocations(stack, part(former, "backups"));
        buildNatsBackup(stack, { ...parts, nats }, destination, { standbyOf: source });
        const metaWatch = buildMetaWatch(stack, { ...parts, nats }, nats, gate);
        await buildWatch(stack, { ...parts, nats }, { entry: ingress.dnsName, metaWatch });
        return { parts: { network, cluster, namespaces, nats }, outputs: { ...outputs, standbyGate: gate.passed } };
    },

    async primary(stack, parts) {
        const dr = await stack.peer("dr");
        const entry = part(parts, "joinEntry");
        const nats = natsOf(stack, parts);
        buildCriticalSecrets(stack, entry, dr.require("secretsKeyArn"), nats.passwords);
        const replicatedImages = buildImageReplication(stack);
        await buildNatsPatch(stack, parts);
        buildGitOps(stack, parts);
        const gate = (await reachOfStack(stack)) === "first" ? undefined : await buildWitnessGate(stack, parts, nats);
        const metaWatch = gate && buildMetaWatch(stack, parts, nats, gate);
        await buildWatch(stack, parts, { metaWatch });
        const outputs = {
            peeringIds: pulumi.output({ witness: entry.witnessPeeringId }),
            gatewaysReady: readyOf(stack, nats),
            natsSetup: natsSetupOf(stack.profile),
            ...volumeOf(stack),
            ...(replicatedImages && { replicatedImages }),
        };
        return { outputs: { ...outputs, ...(gate && { witnessGate: gate.passed }) } };
    },
};

/** The primary's NATS: the program's, or the user's own as the settings describe it. */
function natsOf({ settings }: StackContext, { nats }: Parts): NatsPart {
    if (nats !== undefined) return nats;
    const { url, authSecret } = settings.nats.access!;
    return { url, authSecret, ready: [] };
}

/** True once the servers have restarted with gateways; of the user's own the setting says so, and the gate finds out. */
function readyOf({ settings }: StackContext, { release }: NatsPart): pulumi.Input<boolean> {
    return release === undefined ? settings.nats.patched : release.urn.apply(() => true);
}

/** A registry has one replication: made by the environment that owns what the account has once, and used by the others. */
function buildImageReplication({ aws, region, profile, settings }: StackContext): ReplicatedImages | undefined {
    const { prefixes: repositoryPrefixes } = settings.standby.images;
    if (repositoryPrefixes.length === 0 || !ownsAccount(settings)) return undefined;
    const targetRegion = profile.regions.dr.name;
    new ImageReplication("images", { region: region.name, targetRegion, repositoryPrefixes }, { providers: [aws] });
    return { region: targetRegion, prefixes: repositoryPrefixes };
}

/** Size of a server's volume; nothing where the user's own NATS does not say it. */
function volumeOf({ settings, profile }: StackContext): { natsVolumeGib?: number } {
    const gib = settings.nats.owner === "user" ? acceptanceOf(profile).volumeGib : settings.nats.volumeGib;
    return gib === undefined ? {} : { natsVolumeGib: gib };
}

/**
 * The gate without which no standby NATS is deployed: the meta group has the primary's servers and the witness, every stream is there and can
 * be promoted and failed back, and the standby will accept what the primary's servers accept.
 */
async function buildWitnessGate(
    stack: StackContext<"primary">,
    parts: Parts,
    { url, authSecret, ready }: NatsPart,
): Promise<NatsGate> {
    const dr = await stack.peer("dr");
    return new NatsGate(
        "nats-gate",
        {
            namespace: part(parts, "namespaces").nats,
            jobName: natsGateJobs.witness,
            profile: stack.profile,
            servers: votersOf(stack, "dr"),
            standbyVolumeGib: dr.require("natsVolumeGib"),
            url,
            authSecret: authSecret!,
        },
        { providers: [part(parts, "cluster").provider], dependsOn: [...ready] },
    );
}
