import type { Resource } from "@pulumi/pulumi";
import { MetaWatch } from "../../components/nats/metaWatch";
import { metaWatchJob } from "../../components/nats/metaWatchRules";
import { part, type NatsPart, type Parts } from "../../infra/parts";
import type { StackContext } from "../../infra/stack";
import { votersOf } from "./standbyRegion";

/**
 * Asks in this region whether the meta group has everybody's vote; answers the CronJob's name. From the gate on, and so in the primary
 * before the standby's NATS is there: it fails until then, as the join is not done.
 */
export function buildMetaWatch(
    stack: StackContext<"primary"> | StackContext<"dr">,
    parts: Parts,
    { url, authSecret }: NatsPart,
    gate: Resource,
): string {
    const jobName = metaWatchJob(stack.region);
    new MetaWatch(
        "meta-watch",
        { namespace: part(parts, "namespaces").nats, jobName, servers: votersOf(stack), url, authSecret: authSecret! },
        { providers: [part(parts, "cluster").provider], dependsOn: [gate] },
    );
    return jobName;
}
