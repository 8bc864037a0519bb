import { check, consumersMissNothing, gatewayIds, inject, linkFaults, same, seconds, storedOnce } from "../kit";
import { superClusterUnderLoad, type Drill, type DrillRun, type Outcome } from "../kit";

/** One-way latencies between all regions, in milliseconds: those of one continent are 30. */
const spikes = [80, 300] as const;
/** How long the mirrors have to catch up with one moment of a spike, in seconds: far above a round trip, far below the contract. */
const followSeconds = 60;

/** The links between the regions get slow under load: the mirrors keep up, the gateways stay, and the writes do not wait for them. */
export const latencySpike: Drill = {
    id: "latency-spike",
    title: "The links between the regions get slow under load",
    phase: 13,
    needs: ["primary", "dr", "witness"],
    long: true,
    script,
    sabotages: [{ id: "silent-links", title: "links that pass nothing on", expectRed: "mirrors-follow-at-80-ms" }],
};

async function script(run: DrillRun): Promise<Outcome> {
    const { cluster, traffic } = await superClusterUnderLoad(run, run.quick ? 100 : 300);
    const checks: Outcome["checks"][number][] = [];
    const measurements: ReturnType<typeof seconds>[] = [];
    const before = await gatewayIds(cluster);
    run.disruption();
    const from = performance.now();
    for (const ms of spikes) {
        const fault = run.sabotage === "silent-links" ? linkFaults.partition : linkFaults.latency;
        const end = await inject(run, ...cluster.pairs.map((pair) => fault(cluster, pair, ms)));
        await traffic.acknowledged(200);
        const follow = () => cluster.mirrorsFollow(followSeconds, 10);
        const lag = await run.at("standby", `mirrors follow at ${ms} ms`, follow).catch(() => undefined);
        const told = lag === undefined ? "not in that time" : `after ${lag.toFixed(2)} s`;
        const title = `At ${ms} ms one way the mirrors follow under load`;
        checks.push(check(`mirrors-follow-at-${ms}-ms`, title, lag !== undefined, `within ${followSeconds} s`, told));
        if (lag === undefined) return { checks };
        measurements.push(seconds(`mirror-lag-${ms}`, `until a mirror followed, ${ms} ms one way`, lag, "mirrorLag"));
        await end();
    }
    checks.push(
        same("gateways-stay", "No gateway connection is lost to the latency", before, await gatewayIds(cluster)),
    );
    const gap = traffic.longestGapSince(from);
    measurements.push(seconds("publish-gap", "longest time without an accepted write", gap, "serverLossRecovery"));
    await traffic.settle();
    const stored = storedOnce("Every acknowledged message is stored, once", await traffic.accounts(cluster.primary));
    return { checks: [...checks, stored, consumersMissNothing(traffic.clients)], measurements };
}
