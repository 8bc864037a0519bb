import type { Input, Output } from "@pulumi/pulumi";
import { gatewayEndpoints, gatewayZone } from "../../components/gateways/gatewayAddresses";
import { gatewaySecrets } from "../../components/gateways/gatewayCertificateRules";
import { GatewayNames } from "../../components/gateways/gatewayNames";
import { NatsWitness } from "../../components/witness/natsWitness";
import { natsWitnessConf } from "../../components/witness/natsWitnessConfig";
import { NatsWitnessNetwork, witnessAddress } from "../../components/witness/natsWitnessNetwork";
import { memberVersion } from "../../components/witness/natsWitnessRules";
import type { StackContext } from "../../infra/stack";
import { acceptPeering, farRegion, type FarRegion } from "./peerings";

/** The witness's network, which the other stacks need to know before its server may boot. */
export function buildWitnessNetwork({ aws, names, region }: StackContext<"witness">): NatsWitnessNetwork {
    return new NatsWitnessNetwork(
        "network",
        { networkName: names.vpc, region: region.name, cidr: region.vpcCidr },
        { providers: [aws] },
    );
}

/** The seventh voter: peerings accepted, its name there, then the server, whose first boot is with gateways. `topicArn` is who is told when it is ill. */
export async function buildWitnessServer(
    stack: StackContext<"witness">,
    network: NatsWitnessNetwork,
    topicArn: Input<string>,
): Promise<NatsWitness> {
    const { profile, region, names, settings } = stack;
    const far = [await farRegion(stack, "primary"), await farRegion(stack, "dr")];
    const peerings = await Promise.all(
        far.map(async (one) => acceptPeering(stack, await connectionOf(stack, one), one, network.routeTableIds)),
    );
    const gatewayNames = new GatewayNames(
        "gateway-names",
        {
            zoneName: gatewayZone(profile, region),
            hosts: gatewayEndpoints(profile, region).map(({ host }) => host),
            target: { kind: "address", address: witnessAddress(region.vpcCidr) },
            vpc: { id: network.vpcId, region: region.name },
            peerVpcs: far.map((one) => ({ id: one.vpcId, region: one.profile.name })),
        },
        { providers: [stack.aws] },
    );
    return new NatsWitness(
        "witness",
        {
            witnessName: names.base,
            region: region.name,
            cidr: region.vpcCidr,
            vpcId: network.vpcId,
            subnetId: network.subnetId,
            zone: network.zone,
            peers: far.map((one) => ({
                region: one.profile.name,
                cidr: one.cidr,
                ports: gatewayEndpoints(profile, one.profile).map(({ port }) => port),
            })),
            server: { version: memberVersion, sha256: settings.witness.sha256! },
            instanceType: settings.witness.instanceType,
            conf: natsWitnessConf(profile),
            certificateSecret: gatewaySecrets(profile).member(region),
            notify: [topicArn],
        },
        { providers: [stack.aws], dependsOn: [...network.ready, ...peerings, gatewayNames] },
    );
}

async function connectionOf(stack: StackContext<"witness">, { role }: FarRegion): Promise<Output<string>> {
    return role === "primary"
        ? (await stack.peer("primary")).require("peeringIds").witness
        : (await stack.peer("dr")).require("peeringIds").witness;
}
