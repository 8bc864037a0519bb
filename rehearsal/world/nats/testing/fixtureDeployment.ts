import { originStream } from "../../../../components/natsStreamConfig";
import { NatsStreams } from "../../../../components/natsStreams";
import { NatsSuperCluster, type NatsSuperClusterArgs } from "../../../../components/natsSuperCluster";
import { record } from "../../../../components/testing/record";
import { kgents } from "../../../../infra/profile";
import { Deployment, type DeployedResource } from "../../../state/deployment";

/** A deployment of the primary's NATS, recorded from the components: what the engine exports, for tests without an engine. */
export function primaryFixture(extra: Partial<NatsSuperClusterArgs> = {}): Promise<Deployment> {
    return fixture("primary", () => {
        const namespace = kgents.namespaces.nats;
        const credentials = { system: "SystemPasswordOfTests", application: "ApplicationPasswordOfTests" };
        const nats = new NatsSuperCluster("nats", { profile: kgents, role: "primary", namespace, credentials, ...extra });
        new NatsStreams(
            "streams",
            {
                namespace,
                jobName: "nats-streams",
                streams: kgents.streams.map((stream) => originStream(kgents, stream)),
                url: nats.url,
                authSecret: nats.authSecret,
            },
            { dependsOn: [nats.release] },
        );
    });
}

async function fixture(stack: string, build: () => unknown): Promise<Deployment> {
    const recording = await record(build, { stack });
    const resources = recording.resources.map(
        (resource): DeployedResource => ({
            urn: `urn:pulumi:${stack}::kgents-dr::${resource.type}::${resource.name}`,
            type: resource.type,
            name: resource.name,
            custom: resource.custom,
            protect: false,
            dependencies: [],
            inputs: resource.inputs,
            outputs: {},
        }),
    );
    return new Deployment(stack, resources);
}
