import * as aws from "@pulumi/aws";
import { DurablePositions } from "../../components/nats/durablePositions";
import { positionsJob } from "../../components/nats/durablePositionsStore";
import { FailbackLease } from "../../components/nats/failbackLease";
import { mirrorStream, originStream, type StreamConfig } from "../../components/nats/natsStreamConfig";
import { NatsGate, natsGateJobs, type NatsGateArgs } from "../../components/nats/natsGate";
import { memberSize } from "../../components/nats/natsMember";
import { NatsStreams } from "../../components/nats/natsStreams";
import { NatsSuperCluster, type NatsSuperClusterArgs } from "../../components/nats/natsSuperCluster";
import { witnessUserData } from "../../components/witness/natsWitnessBoot";
import { natsWitnessConf } from "../../components/witness/natsWitnessConfig";
import { gatewaySecrets } from "../../components/gateways/gatewayCertificateRules";
import type { Role, SystemProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import type { Deployments } from "../kit/context";
import type { Deployment } from "../../engine/state/deployment";
import { recordedDeployment } from "../../engine/state/testing/recordedDeployment";

type Extra = Partial<NatsSuperClusterArgs>;

/** A deployment of the primary's NATS, recorded from the components: what the engine exports, for tests without an engine. */
export function primaryFixture(extra: Extra = {}, system: SystemProfile = kgents): Promise<Deployment> {
    const streams = system.streams.map((stream) => originStream(system, stream));
    return recordedDeployment("primary", () => member(system, "primary", "nats-streams", streams, extra));
}

/** All three stacks with the NATS of the warm standby. */
export async function superClusterFixture(system: SystemProfile = kgents): Promise<Required<Deployments>> {
    const extra = { gateway: { tlsSecret: "nats-gateway-tls" } };
    const origins = system.streams.map((stream) => originStream(system, stream));
    const mirrors = system.streams.map((stream) => mirrorStream(system, stream));
    const names = system.streams.map((stream) => stream.name);
    return {
        primary: await recordedDeployment("primary", () => {
            const nats = member(system, "primary", "nats-streams", origins, extra);
            const volume = { standbyVolumeGib: 20 };
            gate(system, "gate-streams", natsGateJobs.streams, nats, volume);
            const servers = voters(system, ["primary", "witness"]);
            gate(system, "primary", natsGateJobs.witness, nats, { servers, ...volume });
        }),
        dr: await recordedDeployment("dr", () => {
            const nats = member(system, "dr", "nats-mirrors", mirrors, extra);
            const servers = voters(system, ["primary", "dr", "witness"]);
            gate(system, "dr", natsGateJobs.standby, nats, { servers });
            const { url, authSecret } = nats;
            new DurablePositions("positions", {
                namespace: system.namespaces.nats,
                jobName: positionsJob,
                streams: names,
                cluster: system.regions.dr.natsCluster,
                url,
                authSecret,
                contract: system.contracts.durablePositions,
            });
            new FailbackLease("lease", {
                namespace: system.namespaces.nats,
                streams: names,
                cluster: system.regions.dr.natsCluster,
                url,
                authSecret,
            });
        }),
        witness: await recordedDeployment("witness", () => {
            const region = system.regions.witness;
            const boot = {
                conf: natsWitnessConf(system),
                region: region.name,
                volumeId: "vol-1",
                certificateSecret: gatewaySecrets(system).member(region),
                server: { version: "2.14.9", sha256: "a".repeat(64) },
            };
            new aws.ec2.Instance("witness", { userData: witnessUserData(boot) });
        }),
    };
}

/** Servers of these regions, all of which vote. */
function voters(system: SystemProfile, of: readonly Role[]): number {
    return of.reduce((sum, role) => sum + memberSize(system.regions[role]), 0);
}

function member(
    system: SystemProfile,
    role: "primary" | "dr",
    jobName: string,
    streams: readonly StreamConfig[],
    extra: Extra,
): NatsSuperCluster {
    const namespace = system.namespaces.nats;
    const credentials = { system: "SystemPasswordOfTests", application: "ApplicationPasswordOfTests" };
    const nats = new NatsSuperCluster("nats", { profile: system, role, namespace, credentials, ...extra });
    new NatsStreams(
        "streams",
        { namespace, jobName, streams, url: nats.url, authSecret: nats.authSecret },
        { dependsOn: [nats.release] },
    );
    return nats;
}

function gate(
    system: SystemProfile,
    name: string,
    jobName: string,
    nats: NatsSuperCluster,
    more: Partial<NatsGateArgs>,
): void {
    new NatsGate(name, {
        profile: system,
        namespace: system.namespaces.nats,
        jobName,
        url: nats.url,
        authSecret: nats.authSecret,
        ...more,
    });
}
