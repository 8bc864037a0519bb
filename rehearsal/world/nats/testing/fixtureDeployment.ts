import * as aws from "@pulumi/aws";
import { mirrorStream, originStream, type StreamConfig } from "../../../../components/nats/natsStreamConfig";
import { NatsGate, natsGateJobs } from "../../../../components/nats/natsGate";
import { NatsStreams } from "../../../../components/nats/natsStreams";
import { NatsSuperCluster, type NatsSuperClusterArgs } from "../../../../components/nats/natsSuperCluster";
import { natsWitnessConf, witnessConfStep } from "../../../../components/witness/natsWitnessConfig";
import { record } from "../../../../components/testing/record";
import { kgents } from "../../../../infra/profile";
import type { Deployments } from "../../../drills/drill";
import { Deployment, type DeployedResource } from "../../../state/deployment";

/** A deployment of the primary's NATS, recorded from the components: what the engine exports, for tests without an engine. */
export function primaryFixture(extra: Partial<NatsSuperClusterArgs> = {}): Promise<Deployment> {
    const streams = kgents.streams.map((stream) => originStream(kgents, stream));
    return fixture("primary", () => member("primary", "nats-streams", streams, extra));
}

/** The primary with its gateways and the gate that the witness's join has to pass. */
function joinedPrimary(extra: Partial<NatsSuperClusterArgs>): Promise<Deployment> {
    const streams = kgents.streams.map((stream) => originStream(kgents, stream));
    return fixture("primary", () => {
        const nats = member("primary", "nats-streams", streams, extra);
        gate("primary", natsGateJobs.witness, 4, nats);
    });
}

/** All three stacks with the NATS of the warm standby. */
export async function superClusterFixture(): Promise<Required<Deployments>> {
    const gateway = { tlsSecret: "nats-gateway-tls" };
    const mirrors = kgents.streams.map((stream) => mirrorStream(kgents, stream));
    return {
        primary: await joinedPrimary({ gateway }),
        dr: await fixture("dr", () => {
            const nats = member("dr", "nats-mirrors", mirrors, { gateway });
            gate("dr", natsGateJobs.standby, 7, nats);
        }),
        witness: await fixture("witness", () => {
            new aws.ec2.Instance("witness", { userData: `#!/bin/sh\n${witnessConfStep(natsWitnessConf(kgents))}` });
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

function gate(name: string, jobName: string, servers: number, nats: NatsSuperCluster): void {
    const streams = kgents.streams.map((stream) => stream.name);
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
