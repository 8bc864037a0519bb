import * as pulumi from "@pulumi/pulumi";
import { NatsJoinBackup } from "../../components/backup/natsJoinBackup";
import { natsChart } from "../../components/nats/natsChart";
import { natsAuthSecret } from "../../components/nats/natsChartValues";
import { memberSize, natsPorts } from "../../components/nats/natsMember";
import type { RegionClusterAccess } from "../../components/cluster/regionClusterAccess";
import type { Parts } from "../../infra/parts";
import type { StackContext } from "../../infra/stack";
import { natsCadence } from "../parts/backupCadence";
import { locationOf, natsAccess } from "../parts/backups";
import { physicalName } from "../../components/model/nameLimits";

/**
 * A backup of this very moment and a snapshot of every volume, which the primary's servers wait for before they restart with gateways. NATS
 * that is the user's own restarts by their hand, and its patch says the same to them.
 */
export async function buildJoinBackup(
    stack: StackContext<"primary">,
    {
        cluster,
        namespaces,
    }: { readonly cluster: RegionClusterAccess; readonly namespaces: NonNullable<Parts["namespaces"]> },
    after: readonly pulumi.Resource[],
): Promise<readonly pulumi.Resource[]> {
    const { profile, region, settings, names } = stack;
    if (settings.nats.owner === "user") return [];
    const dr = await stack.peer("dr");
    const url = pulumi.interpolate`nats://${natsChart.name}.${namespaces.nats}.svc:${natsPorts.client}`;
    return new NatsJoinBackup(
        "nats-join",
        {
            jobName: "nats-join",
            namespace: namespaces.nats,
            clusterName: cluster.clusterName,
            roleName: physicalName("IAM role", [names.base, "nats-join"]),
            nats: natsAccess(stack, { nats: { url, authSecret: natsAuthSecret, ready: [] } }),
            streams: profile.streams.map(({ name }) => name),
            destination: locationOf(dr.require("natsBackups"), region, "nats"),
            // The chart's names: the claim's template, then the pod.
            claims: Array.from(
                { length: memberSize(region) },
                (_, server) => `${natsChart.name}-js-${natsChart.name}-${server}`,
            ),
            deadline: natsCadence(stack).deadline,
            roomGib: settings.nats.backup.volumeGib,
            storageClass: cluster.storageClass,
        },
        { providers: [stack.aws, cluster.provider], dependsOn: [...after] },
    ).ready;
}
