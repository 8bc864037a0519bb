import { outboundGateways } from "../../testbed/nats/gateways";
import type { TimelineEvent } from "../../report/result";
import type { Publisher } from "../../testbed/nats/publisher";
import type { Member } from "../../testbed/nats/natsWorld";
import type { JobOutcome } from "../../testbed/nats/runJob";
import { inTime, waitFor } from "../../testbed/nats/waitFor";
import type { DrillRun } from "./drillRun";
import { eventSeconds, type SuperCluster } from "./environments/superCluster";
import type { Traffic } from "./load/traffic";

/**
 * Runs the deployed job that saves the consumers' positions until one run succeeds, as it does every minute: an election in between
 * fails a run. Returns the last one; undefined where none is deployed.
 */
export async function positionsSaved(run: DrillRun, cluster: SuperCluster): Promise<JobOutcome | undefined> {
    const { signal } = run;
    let last: JobOutcome | undefined;
    const attempt = async () => ((last = await cluster.keepPositions())?.exitCode ?? 0) === 0 || undefined;
    const wait = { seconds: eventSeconds, everyMs: 1_000, signal };
    await inTime("a run that saves the positions", attempt, wait);
    run.happened("standby", "has the consumers' positions");
    return last;
}

/** Under load, how long the slowest mirror takes to have what its origin has just stored, in seconds; the longest of some samples. */
export async function longestMirrorLag(cluster: SuperCluster, samples = 5): Promise<number> {
    const lags: number[] = [];
    for (let sample = 0; sample < samples; sample++) lags.push(await cluster.mirrorsFollow(eventSeconds, 10));
    return Math.max(...lags);
}

/** Which regions take new writes now, told in words; each has as long as an election of a stream's leader may take. */
export async function writers(run: DrillRun, clients: Readonly<Record<string, Traffic>>): Promise<string> {
    const answers = await Promise.all(
        Object.entries(clients).map(async ([region, traffic]) => ({ region, takes: await traffic.takesWrites(20) })),
    );
    const taking = answers.filter(({ takes }) => takes).map(({ region }) => region);
    const told = taking.join(" and ") || "none";
    run.happened("clients", `writes are taken by: ${told}`, taking.length === 1 ? "good" : "bad");
    return told;
}

/** Waits until each server has a connection to each other region, and returns which have none when the time is over: "" is none. */
export async function gatewaysMissing(
    run: DrillRun,
    members: readonly Member[],
    seconds = eventSeconds,
): Promise<string> {
    let missing = "not asked";
    const look = async () => {
        const found = [...(await outboundGateways(members))];
        missing = found.flatMap(([name, cid]) => (cid === undefined ? [name] : [])).join(", ");
        return missing === "" || undefined;
    };
    const wait = { seconds, everyMs: 250, signal: run.signal };
    await inTime("a gateway from each server to each region", look, wait);
    run.happened(
        "gateways",
        missing === "" ? "connected" : `not connected: ${missing}`,
        missing === "" ? "good" : "bad",
    );
    return missing;
}

/** Waits until something holds. @throws what was awaited, after so many seconds */
export async function until(
    run: DrillRun,
    what: string,
    holds: () => boolean,
    seconds: number = eventSeconds,
): Promise<void> {
    await waitFor(what, () => holds() || undefined, { seconds, everyMs: 100, signal: run.signal });
}

/** The gateway connections of all servers, told so that two moments can be compared: a connection made anew has another number. */
export async function gatewayIds(cluster: SuperCluster): Promise<string> {
    return [...(await outboundGateways(cluster.members))].map(([name, cid]) => `${name}: ${cid ?? "none"}`).join(", ");
}

/** For the report's plot: when a publisher's messages were acknowledged, and the gap in it. `zero` is the disruption (performance.now). */
export function acknowledgedSpans(
    { acked }: Pick<Publisher, "acked">,
    gap: { readonly from: number; readonly until: number },
    zero: number,
): TimelineEvent[] {
    let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const at of acked.values()) [first, last] = [Math.min(first, at), Math.max(last, at)];
    const span = (from: number, until: number, label: string, tone: TimelineEvent["tone"]): TimelineEvent => ({
        lane: "publisher",
        at: (from - zero) / 1000,
        until: (until - zero) / 1000,
        label,
        tone,
    });
    return [
        span(first, gap.from, "writes acknowledged", "good"),
        span(gap.from, gap.until, "no acknowledgement", "bad"),
        span(gap.until, last, "writes acknowledged", "good"),
    ];
}
