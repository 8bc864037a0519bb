import { Resolver } from "node:dns/promises";
import { isControlPlane, startAwsEndpoint } from "../../../testbed/dns/awsEndpoint";
import { ScaledClock } from "../../../testbed/dns/clock";
import { Route53 } from "../../../testbed/dns/route53";
import { startNameServer } from "../../../testbed/dns/server";
import type { DrillRun } from "../drillRun";
import type { ApiEdge } from "./apiEdges";
import { addressesOf, dnsPair, propagation, realProbe, sideOf, type Side } from "./dnsPair";
import { deployedLatch, startLatchWatcher } from "./latchWatcher";

/** How often the deployed schedule runs the latch watcher, in seconds. */
const watcherSeconds = 60;

/** The deployed failover pair on the machine's own clock, with real checkers' requests to the regions' APIs. */
export interface LiveDns {
    /** Which half of the pair the name servers answer with. */
    readonly answered: () => Side | undefined;
    /** Asks the name server as a client does: the side, and for how many seconds the answer may be kept. */
    readonly resolve: () => Promise<{ readonly side: Side | undefined; readonly ttl: number }>;
    readonly latched: () => boolean;
    /** What an operator's `aws s3api put-object` and `delete-object` do. */
    readonly setLatch: () => void;
    readonly removeLatch: () => void;
    /** Calls to control planes since the start; a failover makes none. */
    readonly controlPlaneCalls: () => number;
}

/** Ready when the name server answers; the watcher runs every minute from then on. */
export async function liveDns(run: DrillRun, edges: Readonly<Record<Side, ApiEdge>>): Promise<LiveDns> {
    const pair = dnsPair(run);
    const latch = deployedLatch(pair);
    const { bucket, key } = latch;
    const clock = new ScaledClock(1);
    run.defer(() => clock.stop());
    const aws = await startAwsEndpoint(() => new Date());
    run.defer(() => aws.stop());
    const latched = () => aws.has(bucket, key);
    let over = false;
    run.defer(() => void (over = true));
    const probe = realProbe(pair, { ports: (side) => edges[side].port, latched, over: () => over, scale: 1 });
    const route53 = new Route53(
        pair.zone,
        clock,
        { probe, addresses: (target) => addressesOf(pair, target) },
        { random: run.random, propagation },
    );
    const server = await startNameServer({ answer: (name, type) => route53.answer(name, type) });
    run.defer(() => server.stop());
    const { profile: system, workDir } = run;
    const host = await startLatchWatcher(latch, { system, workDir, aws, nameServer: server.address });
    const look = () =>
        void host.invoke(new Date()).then(
            (result) => run.progress(`${run.drill}: latch watcher: ${JSON.stringify(result)}`),
            (error: unknown) => run.progress(`${run.drill}: latch watcher failed: ${String(error)}`),
        );
    const timer = setInterval(look, watcherSeconds * 1_000);
    run.defer(async () => {
        clearInterval(timer);
        await host.stop();
    });
    return {
        answered: () => sideOf(pair, route53.answer(pair.name, "A").values[0]),
        resolve: async () => {
            const resolver = new Resolver({ timeout: 1_000, tries: 2 });
            resolver.setServers([server.address]);
            const [first] = await resolver.resolve4(pair.name, { ttl: true });
            return { side: sideOf(pair, first?.address), ttl: first?.ttl ?? 0 };
        },
        latched,
        setLatch: () => aws.put(bucket, key, "set by an operator"),
        removeLatch: () => aws.remove(bucket, key),
        controlPlaneCalls: () => aws.calls.filter(isControlPlane).length,
    };
}
