import * as aws from "@pulumi/aws";
import { DurablePositions } from "../../../../components/nats/durablePositions";
import { positionsJob } from "../../../../components/nats/durablePositionsStore";
import { mirrorStream, originStream, type StreamConfig } from "../../../../components/nats/natsStreamConfig";
import { NatsGate, natsGateJobs } from "../../../../components/nats/natsGate";
import { NatsStreams } from "../../../../components/nats/natsStreams";
import { NatsSuperCluster, type NatsSuperClusterArgs } from "../../../../components/nats/natsSuperCluster";
import { witnessUserData } from "../../../../components/witness/natsWitnessBoot";
import { natsWitnessConf } from "../../../../components/witness/natsWitnessConfig";
import { gatewaySecrets } from "../../../../components/gateways/gatewayCertificateRules";
import { kgents, type SystemProfile } from "../../../../infra/profile";
import type { Deployments } from "../../../drills/drill";
import type { Deployment } from "../../../state/deployment";
import { recordedDeployment } from "../../../state/testing/recordedDeployment";

/** A deployment of the primary's NATS, recorded from the components: what the engine exports, for tests without an engine. */
export function primaryFixture(extra: Partial<NatsSuperClusterArgs> = {}): Promise<Deployment> {
    const streams = kgents.streams.map((stream) => originStream(kgents, stream));
    return recordedDeployment("primary", () => member("primary", "nats-streams", streams, extra));
}

/** All three stacks with the NATS of the warm standby. */
export async function superClusterFixture(profile: SystemProfile = kgents): Promise<Required<Deployments>> {
    const extra = { profile, gateway: { tlsSecret: "nats-gateway-tls" } };
    const origins = profile.streams.map((stream) => originStream(profile, stream));
    const mirrors = profile.streams.map((stream) => mirrorStream(profile, stream));
    const names = profile.streams.map((stream) => stream.name);
    return {
        primary: await recordedDeployment("primary", () => {
            const nats = member("primary", "nats-streams", origins, extra);
            gate("primary", natsGateJobs.witness, 4, nats, names);
        }),
        dr: await recordedDeployment("dr", () => {
            const nats = member("dr", "nats-mirrors", mirrors, extra);
            gate("dr", natsGateJobs.standby, 7, nats, names);
            const { url, authSecret } = nats;
            new DurablePositions("positions", {
                namespace: kgents.namespaces.nats,
                jobName: positionsJob,
                streams: names,
                cluster: profile.regions.dr.natsCluster,
                url,
                authSecret,
            });
        }),
        witness: await recordedDeployment("witness", () => {
            const region = profile.regions.witness;
            const boot = {
                conf: natsWitnessConf(profile),
                region: region.name,
                volumeId: "vol-1",
                certificateSecret: gatewaySecrets(profile).member(region),
                server: { version: "2.14.9", sha256: "a".repeat(64) },
            };
            new aws.ec2.Instance("witness", { userData: witnessUserData(boot) });
        }),
    };
}

function member(
    role: "primary" | "dr",
    jobName: string,
    streams: readonly StreamConfig[],
    extra: Partial<NatsSuperClusterArgs>,
): NatsSuperCluster {
    const namespace = kgents.namespaces.nats;
    const credentials = { system: "SystemPasswordOfTests", application: "ApplicationPasswordOfTests" };
    const nats = new NatsSuperCluster("nats", { profile: kgents, role, namespace, credentials, ...extra });
    new NatsStreams(
        "streams",
        { namespace, jobName, streams, url: nats.url, authSecret: nats.authSecret },
        { dependsOn: [nats.release] },
    );
    return nats;
}

function gate(
    name: string,
    jobName: string,
    servers: number,
    nats: NatsSuperCluster,
    streams: readonly string[],
): void {
    new NatsGate(name, {
        namespace: kgents.namespaces.nats,
        jobName,
        servers,
        streams,
        url: nats.url,
        authSecret: nats.authSecret,
    });
}
