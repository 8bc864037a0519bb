import type * as pulumi from "@pulumi/pulumi";
import { repositorySecret, veleroNamespace } from "../../components/backup/clusterBackupChart";
import { createVeleroNamespace } from "../../components/backup/clusterBackupNamespace";
import { SecretsKey } from "../../components/secrets/criticalSecretsKey";
import { gatewayTlsSecret } from "../../components/gateways/gatewayCertificates";
import { ReplicatedRepositories } from "../../components/standby/imageReplication";
import { DurablePositions } from "../../components/nats/durablePositions";
import { positionsJob } from "../../components/nats/durablePositionsStore";
import { FailbackLease } from "../../components/nats/failbackLease";
import { NatsGate, natsGateJobs } from "../../components/nats/natsGate";
import { memberSize } from "../../components/nats/natsMember";
import { mirrorStream } from "../../components/nats/natsStreamConfig";
import { NatsStreams } from "../../components/nats/natsStreams";
import { NatsSuperCluster } from "../../components/nats/natsSuperCluster";
import { RegionIngress } from "../../components/network/regionIngress";
import { IssuedCertificate } from "../../components/network/regionIngressCertificate";
import type { RegionNetwork } from "../../components/network/regionNetwork";
import type { RegionPeeringRequest } from "../../components/network/regionPeering";
import type { SecretSync } from "../../components/secrets/secretSync";
import { dnsNamesOf } from "../../components/model/dnsNames";
import type { NatsPart, Parts } from "../../infra/parts";
import type { Role } from "../../components/model/profile";
import { ownsAccount } from "../../infra/settings/environment";
import type { StackContext } from "../../infra/stack";
import { buildNamespaces, buildRegionCluster } from "../parts/regionCluster";
import { apiIngress, buildController, buildGateways } from "./gatewayEntry";
import { farRegion, requestPeering, routeTablesOf } from "./peerings";
import type { Reach } from "./standbyOrder";
import { repositoryPasswordSync } from "./standbyRestore";
import { buildSecretSync, canarySync, natsAuthSync, ownSecretsSync } from "./syncedSecrets";

/** The standby without its NATS. */
export interface StandbyRegion {
    readonly network: RegionNetwork | undefined;
    readonly cluster: NonNullable<Parts["cluster"]>;
    readonly namespaces: NonNullable<Parts["namespaces"]>;
    readonly key: SecretsKey;
    readonly sync: SecretSync;
    readonly ingress: RegionIngress;
    readonly peerings: { readonly primary: RegionPeeringRequest; readonly witness: RegionPeeringRequest };
    /** Velero's password is in its namespace once this is there. */
    readonly repositoryPassword: pulumi.Resource;
    /** What the NATS servers wait for. */
    readonly ready: readonly pulumi.Resource[];
}

/**
 * Network, cluster, entry and secrets of the standby. What the primary puts into Secrets Manager in this phase is asked for with the
 * second step only: at the first one it is not there.
 */
export async function buildStandbyRegion(stack: StackContext<"dr">, reach: Reach): Promise<StandbyRegion> {
    const { profile, settings } = stack;
    const primary = await stack.peer("primary");
    const { network, cluster } = await buildRegionCluster(stack, primary.optional("nodeFloor"));
    const namespaces = await buildNamespaces(stack, cluster);
    const own = { network, cluster, namespaces };
    const far = { primary: await farRegion(stack, "primary"), witness: await farRegion(stack, "witness") };
    const tables = routeTablesOf(stack, network);
    const peerings = {
        primary: requestPeering(stack, cluster.vpcId, far.primary, tables),
        witness: requestPeering(stack, cluster.vpcId, far.witness, tables),
    };
    const controller = buildController(stack, cluster);
    const gateways = buildGateways(stack, own, [far.primary, far.witness], controller);
    const ingress = buildIngress(stack, own, controller);
    const key = new SecretsKey("secrets", { aliasName: `${profile.name}-secrets` }, { providers: [stack.aws] });
    const velero = createVeleroNamespace("velero-namespace", { provider: cluster.provider, dependsOn: cluster.ready });
    const copied = reach === "first" ? [] : [natsAuthSync(profile), ...canarySync(stack)];
    const sync = await buildSecretSync(
        stack,
        own,
        key.arn,
        [repositoryPasswordSync(profile), ...ownSecretsSync(stack), ...copied],
        [velero],
    );
    const { prefixes: repositoryPrefixes } = settings.standby.images;
    if (repositoryPrefixes.length > 0 && ownsAccount(settings))
        new ReplicatedRepositories("images", { repositoryPrefixes }, { providers: [stack.aws] });
    const repositoryPassword = sync.synced[`${veleroNamespace}/${repositorySecret.name}`]!;
    return {
        ...own,
        key,
        sync,
        ingress,
        peerings,
        repositoryPassword,
        ready: [...cluster.ready, ...Object.values(peerings), ...gateways, ...Object.values(sync.synced)],
    };
}

/** The load balancer that the SECONDARY record leads to, made beforehand with its certificate. */
function buildIngress(
    stack: StackContext<"dr">,
    { network, cluster, namespaces }: Pick<StandbyRegion, "network" | "cluster" | "namespaces">,
    controller: pulumi.Resource,
): RegionIngress {
    const { profile, settings } = stack;
    const { kong } = settings.ingress;
    const certificate = new IssuedCertificate(
        "api-certificate",
        { names: [dnsNamesOf(profile).pair, profile.apiHost] },
        { providers: [stack.aws] },
    );
    return new RegionIngress(
        "api",
        {
            ingressName: apiIngress(stack.names),
            vpcId: cluster.vpcId,
            publicSubnetIds: network?.publicSubnetIds ?? settings.network.publicSubnetIds,
            certificateArn: certificate.arn,
            nodeSecurityGroupId: cluster.securityGroupId,
            target: {
                namespace: kong.namespace ?? namespaces.api,
                service: kong.service,
                servicePort: kong.servicePort,
                podPort: kong.podPort,
            },
            controller,
            deletionProtection: settings.cluster.deletionProtection,
        },
        // AWS refuses a balancer for the internet in a VPC whose gateway is not attached yet, and a subnet's id says nothing of it.
        { providers: [stack.aws, cluster.provider], dependsOn: network?.ready ?? [] },
    );
}

/** Servers of all regions that vote in the meta group. */
export function votersOf({ profile }: StackContext, ...absent: Role[]): number {
    return Object.values(profile.regions)
        .filter(({ role }) => !absent.includes(role))
        .reduce((sum, region) => sum + memberSize(region), 0);
}

/**
 * The standby's NATS: first boot with gateways, then the gate that sees all members and the origin's streams, then the mirrors, and
 * what keeps the positions of the origins' consumers. To be called only with the primary's gate passed: a first boot alone would make
 * a meta group that deletes production's streams.
 */
export function buildStandbyNats(
    stack: StackContext<"dr">,
    { cluster, namespaces, ready }: StandbyRegion,
): { part: NatsPart; gate: NatsGate } {
    const { profile, settings } = stack;
    const inCluster = { providers: [cluster.provider] };
    const nats = new NatsSuperCluster(
        "nats",
        {
            profile,
            role: "dr",
            namespace: namespaces.nats,
            storageClass: cluster.storageClass,
            storageSize: `${settings.nats.volumeGib}Gi`,
            podMonitor: settings.alerts.prometheus.operator,
            podMonitorLabels: settings.alerts.prometheus.ruleLabels,
            authSecretExists: true,
            gateway: { tlsSecret: gatewayTlsSecret },
        },
        { ...inCluster, dependsOn: [...ready] },
    );
    const { url, authSecret, release } = nats;
    const gate = new NatsGate(
        "nats-gate",
        {
            namespace: namespaces.nats,
            jobName: natsGateJobs.standby,
            profile,
            servers: votersOf(stack),
            url,
            authSecret,
        },
        { ...inCluster, dependsOn: [release] },
    );
    const mirrors = new NatsStreams(
        "nats-mirrors",
        {
            namespace: namespaces.nats,
            jobName: "nats-mirrors",
            streams: profile.streams.map((stream) => mirrorStream(profile, stream)),
            url,
            authSecret,
        },
        { ...inCluster, dependsOn: [gate] },
    );
    new DurablePositions(
        "durable-positions",
        {
            namespace: namespaces.nats,
            jobName: positionsJob,
            streams: profile.streams.map(({ name }) => name),
            cluster: profile.regions.dr.natsCluster,
            url,
            authSecret,
            contract: profile.contracts.durablePositions,
        },
        { ...inCluster, dependsOn: [mirrors] },
    );
    new FailbackLease(
        "failback-lease",
        {
            namespace: namespaces.nats,
            streams: profile.streams.map(({ name }) => name),
            cluster: profile.regions.dr.natsCluster,
            url,
            authSecret,
        },
        { ...inCluster, dependsOn: [mirrors] },
    );
    return { part: { url, authSecret, release, ready: [mirrors.job] }, gate };
}
