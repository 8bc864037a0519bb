import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { CriticalSecrets } from "../../components/secrets/criticalSecrets";
import { SecretsKey } from "../../components/secrets/criticalSecretsKey";
import { gatewayEndpoints, gatewayZone } from "../../components/gateways/gatewayAddresses";
import { gatewaySyncedSecret, gatewayTlsSecret } from "../../components/gateways/gatewayCertificates";
import { GatewayLoadBalancer } from "../../components/gateways/gatewayLoadBalancer";
import { GatewayNames } from "../../components/gateways/gatewayNames";
import { LoadBalancerController } from "../../components/cluster/loadBalancerController";
import { natsAuthSecret } from "../../components/nats/natsChartValues";
import type { RegionClusterAccess } from "../../components/cluster/regionClusterAccess";
import type { RegionNetwork } from "../../components/network/regionNetwork";
import { RegionPeeringAcceptance, RegionPeeringRequest } from "../../components/network/regionPeering";
import { SecretSync } from "../../components/secrets/secretSync";
import type { SyncedSecret } from "../../components/secrets/secretSyncRules";
import type { JoinEntry, Parts } from "../../infra/parts";
import type { RegionProfile, Role, SystemProfile } from "../../infra/profile";
import type { StackContext } from "../../infra/stack";
import { canarySync, ownSecretsSync } from "./standbyCare";
import { buildJoinBackup } from "./standbyJoinBackup";

/** A region as the others reach it. */
export interface FarRegion {
    readonly role: Role;
    readonly profile: RegionProfile;
    readonly vpcId: pulumi.Input<string>;
    /** The range that its stack really has. */
    readonly cidr: string;
}

interface OwnCluster {
    readonly network?: RegionNetwork | undefined;
    readonly cluster: RegionClusterAccess;
    readonly namespaces: NonNullable<Parts["namespaces"]>;
}

/** The other stack's region, with what AWS made of its network. */
export async function farRegion<R extends Role>(stack: StackContext, role: R): Promise<FarRegion> {
    const peer = await stack.peer(role as Role);
    return { role, profile: stack.profile.regions[role], vpcId: peer.require("vpcId" as never) as pulumi.Output<string>, cidr: peer.value("vpcCidr") };
}

/** Route tables of the subnets with the pods: the network's own, or those that the settings name for an adopted one. */
function routeTablesOf({ settings }: StackContext, network: RegionNetwork | undefined): readonly pulumi.Input<string>[] {
    return network?.privateRouteTableIds ?? settings.standby.routeTableIds;
}

function sideOf(stack: StackContext, far: FarRegion, routeTableIds: readonly pulumi.Input<string>[]) {
    return {
        peeringName: `${stack.names.base}-to-${far.role}`,
        region: stack.region.name,
        cidr: stack.region.vpcCidr,
        peer: { region: far.profile.name, cidr: far.cidr },
        routeTableIds,
    };
}

/** Asks another region's stack for a peering. */
export function requestPeering(stack: StackContext, vpcId: pulumi.Input<string>, far: FarRegion, routeTableIds: readonly pulumi.Input<string>[]): RegionPeeringRequest {
    const side = sideOf(stack, far, routeTableIds);
    return new RegionPeeringRequest(
        `peering-${far.role}`,
        { ...side, vpcId, peer: { ...side.peer, vpcId: far.vpcId } },
        { providers: [stack.aws] },
    );
}

/** Accepts the peering that another region's stack asked for. */
export function acceptPeering(
    stack: StackContext,
    connectionId: pulumi.Input<string>,
    far: FarRegion,
    routeTableIds: readonly pulumi.Input<string>[],
): RegionPeeringAcceptance {
    return new RegionPeeringAcceptance(`peering-${far.role}`, { ...sideOf(stack, far, routeTableIds), connectionId }, { providers: [stack.aws] });
}

/** The controller that fills target groups, or what stands for it where the cluster has one. */
export function buildController(stack: StackContext, cluster: RegionClusterAccess): pulumi.Resource {
    if (!stack.settings.standby.loadBalancerController) return cluster.provider;
    const { clusterName, vpcId } = cluster;
    return new LoadBalancerController(
        "load-balancers",
        { clusterName, vpcId, region: stack.region.name, roleName: `${stack.names.base}-load-balancers` },
        { providers: [stack.aws, cluster.provider], dependsOn: cluster.ready },
    ).release;
}

/** The addresses and names under which the other regions reach this one's servers. */
export function buildGateways(stack: StackContext, { network, cluster, namespaces }: OwnCluster, far: readonly FarRegion[], controller: pulumi.Resource): pulumi.Resource[] {
    const { profile, region, names, settings } = stack;
    const endpoints = gatewayEndpoints(profile, region);
    const balancer = new GatewayLoadBalancer(
        "gateways",
        {
            balancerName: `${names.base}-gateways`,
            vpcId: cluster.vpcId,
            // Not all that an adopted cluster is in: often two a zone, and AWS takes one.
            subnetIds: network?.privateSubnetIds ?? settings.standby.privateSubnetIds,
            nodeSecurityGroupId: cluster.securityGroupId,
            endpoints,
            peerCidrs: Object.fromEntries(far.map((one) => [one.profile.name, one.cidr])),
            namespace: namespaces.nats,
            controller,
            deletionProtection: settings.cluster.deletionProtection,
            ...statefulSetOf(stack),
        },
        { providers: [stack.aws, cluster.provider] },
    );
    const gatewayNames = new GatewayNames(
        "gateway-names",
        {
            zoneName: gatewayZone(profile, region),
            hosts: endpoints.map(({ host }) => host),
            target: { kind: "balancer", dnsName: balancer.dnsName, zoneId: balancer.zoneId },
            vpc: { id: cluster.vpcId, region: region.name },
            peerVpcs: far.map((one) => ({ id: one.vpcId, region: one.profile.name })),
        },
        { providers: [stack.aws] },
    );
    return [balancer, gatewayNames];
}

/** The pods that the balancer leads to: of a NATS that is the user's own under whatever name they have. */
function statefulSetOf({ role, settings: { nats } }: StackContext): { statefulSet?: string } {
    return role === "primary" && nats.owner === "user" && nats.found ? { statefulSet: nats.found.statefulSet } : {};
}

/** The accounts' passwords in Secrets Manager: what the standby's servers are given. */
export function natsAuthSync(profile: SystemProfile): SyncedSecret {
    return { name: `${profile.name}/nats-auth`, target: { namespace: profile.namespaces.nats, name: natsAuthSecret } };
}

/** External Secrets, and what it fills; `more` besides the gateway's certificate, in namespaces that are there `before`. */
export async function buildSecretSync(
    stack: StackContext,
    { cluster, namespaces }: OwnCluster,
    keyArn: pulumi.Input<string>,
    more: readonly SyncedSecret[] = [],
    before: readonly pulumi.Resource[] = [],
): Promise<SecretSync> {
    const { accountId } = await aws.getCallerIdentity({}, { provider: stack.aws });
    return new SecretSync(
        "secret-sync",
        {
            region: stack.region.name,
            secrets: [gatewaySyncedSecret(stack.profile, stack.region), ...more],
            // Known once the namespaces are there, which the Secrets go into.
            clusterName: pulumi.all([cluster.clusterName, namespaces.nats, namespaces.api]).apply(([name]) => name),
            roleName: `${stack.names.base}-secrets`,
            accountId,
            keyArn,
        },
        { providers: [stack.aws, cluster.provider], dependsOn: [...cluster.ready, ...before] },
    );
}

/**
 * The primary's side of the join: peerings, addresses, names and certificate, a backup and snapshots. Made before its servers restart with gateways, so
 * phase 10 asks for it from phase 13 on; the servers themselves stay the release that they were.
 */
export async function buildPrimaryEntry(stack: StackContext<"primary">, own: OwnCluster): Promise<JoinEntry> {
    const [standby, witness] = [await farRegion(stack, "dr"), await farRegion(stack, "witness")];
    const dr = await stack.peer("dr");
    const tables = routeTablesOf(stack, own.network);
    const accepted = acceptPeering(stack, dr.require("peeringIds").primary, standby, tables);
    const requested = requestPeering(stack, own.cluster.vpcId, witness, tables);
    const entry = buildGateways(stack, own, [standby, witness], buildController(stack, own.cluster));
    const key = new SecretsKey("secrets", { aliasName: `${stack.profile.name}-secrets`, replicaOf: dr.require("secretsKeyArn") }, { providers: [stack.aws] });
    const sync = await buildSecretSync(stack, own, key.arn, [...ownSecretsSync(stack), ...canarySync(stack)]);
    const reachable = [accepted, requested, ...entry, ...Object.values(sync.synced)];
    const safe = await buildJoinBackup(stack, own, reachable);
    return {
        tlsSecret: gatewayTlsSecret,
        ready: [...reachable, ...safe],
        witnessPeeringId: requested.connectionId,
        secretsKeyArn: key.arn,
    };
}

/** What both regions need, at its source. NATS that is the user's own keeps its passwords to itself: they are put in from outside. */
export function buildCriticalSecrets(stack: StackContext<"primary">, entry: JoinEntry, standbyKeyArn: pulumi.Input<string>, passwords: pulumi.Input<string> | undefined): void {
    new CriticalSecrets(
        "critical-secrets",
        {
            region: stack.region.name,
            keyArn: entry.secretsKeyArn,
            replicas: [{ region: stack.profile.regions.dr.name, keyArn: standbyKeyArn }],
            secrets: [
                {
                    name: natsAuthSync(stack.profile).name,
                    description: "Passwords of the NATS accounts, SYS_PASSWORD and APP_PASSWORD",
                    ...(passwords !== undefined && { value: passwords }),
                },
            ],
        },
        { providers: [stack.aws] },
    );
}
