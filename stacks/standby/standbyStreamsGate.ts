import * as pulumi from "@pulumi/pulumi";
import type { Resource } from "@pulumi/pulumi";
import { natsChart } from "../../components/nats/natsChart";
import { natsAuthSecret } from "../../components/nats/natsChartValues";
import { NatsGate, natsGateJobs } from "../../components/nats/natsGate";
import { natsPorts } from "../../components/nats/natsMember";
import type { OwnRegion } from "../../infra/parts";
import type { StackContext } from "../../infra/stack";

/**
 * Whether the streams can be promoted and failed back, asked before anything of the primary's NATS is changed: its gateways, or the patch of a
 * NATS that is the user's own, wait for it. There the system account has no user of ours yet, so what the servers accept is left to the
 * gate after the join.
 */
export async function buildStreamsGate(
    { profile, settings, peer }: Pick<StackContext<"primary">, "profile" | "settings" | "peer">,
    { cluster, namespaces }: OwnRegion,
): Promise<Resource> {
    const dr = await peer("dr");
    const { owner, access } = settings.nats;
    const reached =
        owner === "user"
            ? { url: access!.url, ...(access!.login && { login: access!.login }) }
            : {
                  url: pulumi.interpolate`nats://${natsChart.name}.${namespaces.nats}.svc:${natsPorts.client}`,
                  authSecret: natsAuthSecret,
              };
    return new NatsGate(
        "nats-gate-streams",
        {
            profile,
            namespace: namespaces.nats,
            jobName: natsGateJobs.streams,
            standbyVolumeGib: dr.require("natsVolumeGib"),
            ...reached,
        },
        { providers: [cluster.provider], dependsOn: [...cluster.ready] },
    ).job;
}
