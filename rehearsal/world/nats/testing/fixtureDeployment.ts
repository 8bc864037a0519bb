import * as aws from "@pulumi/aws";
import { mirrorStream, originStream, type StreamConfig } from "../../../../components/nats/natsStreamConfig";
import { NatsGate, natsGateJobs } from "../../../../components/nats/natsGate";
import { NatsStreams } from "../../../../components/nats/natsStreams";
import { NatsSuperCluster, type NatsSuperClusterArgs } from "../../../../components/nats/natsSuperCluster";
import { natsWitnessConf, witnessConfStep } from "../../../../components/witness/natsWitnessConfig";
import { record } from "../../../../components/testing/record";
import { kgents, type SystemProfile } from "../../../../infra/profile";
import type { Deployments } from "../../../drills/drill";
import { Deployment, type DeployedResource } from "../../../state/deployment";

/** A deployment of the primary's NATS, recorded from the components: what the engine exports, for tests without an engine. */
export function primaryFixture(extra: Partial<NatsSuperClusterArgs> = {}): Promise<Deployment> {
    const streams = kgents.streams.map((stream) => originStream(kgents, stream));
    return fixture("primary", () => member("primary", "nats-streams", streams, extra));
}

/** All three stacks with the NATS of the warm standby. */
export async function superClusterFixture(profile: SystemProfile = kgents): Promise<Required<Deployments>> {
    const extra = { profile, gateway: { tlsSecret: "nats-gateway-tls" } };
    const origins = profile.streams.map((stream) => originStream(profile, stream));
    const mirrors = profile.streams.map((stream) => mirrorStream(profile, stream));
    const names = profile.streams.map((stream) => stream.name);
    return {
        primary: await fixture("primary", () => {
            const nats = member("primary", "nats-streams", origins, extra);
            gate("primary", natsGateJobs.witness, 4, nats, names);
        }),
        dr: await fixture("dr", () => {
            const nats = member("dr", "nats-mirrors", mirrors, extra);
            gate("dr", natsGateJobs.standby, 7, nats, names);
        }),
        witness: await fixture("witness", () => {
            new aws.ec2.Instance("witness", { userData: `#!/bin/sh\n${witnessConfStep(natsWitnessConf(profile))}` });
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
    new NatsStreams("streams", { namespace, jobName, streams, url: nats.url, authSecret: nats.authSecret }, { dependsOn: [nats.release] });
    return nats;
}

function gate(name: string, jobName: string, servers: number, nats: NatsSuperCluster, streams: readonly string[]): void {
    new NatsGate(name, { namespace: kgents.namespaces.nats, jobName, servers, streams, url: nats.url, authSecret: nats.authSecret });
}

async function fixture(stack: string, build: () => unknown): Promise<Deployment> {
    const recording = await record(build, { stack });
    const resources = recording.resources.map((resource): DeployedResource => ({
        urn: `urn:pulumi:${stack}::kgents-dr::${resource.type}::${resource.name}`,
        type: resource.type,
        name: resource.name,
        custom: resource.custom,
        protect: false,
        dependencies: [],
        inputs: resource.inputs,
        outputs: {},
    }));
    return new Deployment(stack, resources);
}
