import type * as pulumi from "@pulumi/pulumi";
import type { RegionNetwork } from "../../components/network/regionNetwork";
import { RegionPeeringAcceptance, RegionPeeringRequest } from "../../components/network/regionPeering";
import type { RegionProfile, Role } from "../../components/model/profile";
import type { StackContext } from "../../infra/stack";

/** A region as the others reach it. */
export interface FarRegion {
    readonly role: Role;
    readonly profile: RegionProfile;
    readonly vpcId: pulumi.Input<string>;
    /** The range that its stack really has. */
    readonly cidr: string;
}

/** The other stack's region, with what AWS made of its network. */
export async function farRegion<R extends Role>(stack: StackContext, role: R): Promise<FarRegion> {
    const peer = await stack.peer(role as Role);
    return {
        role,
        profile: stack.profile.regions[role],
        vpcId: peer.require("vpcId" as never) as pulumi.Output<string>,
        cidr: peer.value("vpcCidr"),
    };
}

/** Route tables of the subnets with the pods: the network's own, or those that the settings name for an adopted one. */
export function routeTablesOf(
    { settings }: StackContext,
    network: RegionNetwork | undefined,
): readonly pulumi.Input<string>[] {
    return network?.privateRouteTableIds ?? settings.network.routeTableIds;
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
export function requestPeering(
    stack: StackContext,
    vpcId: pulumi.Input<string>,
    far: FarRegion,
    routeTableIds: readonly pulumi.Input<string>[],
): RegionPeeringRequest {
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
    return new RegionPeeringAcceptance(
        `peering-${far.role}`,
        { ...sideOf(stack, far, routeTableIds), connectionId },
        { providers: [stack.aws] },
    );
}
