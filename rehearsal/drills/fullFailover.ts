import { setTimeout as delay } from "node:timers/promises";
import { inTime } from "../../testbed/nats/waitFor";
import { tallyStream } from "../../testbed/nats/messageAccount";
import { ApiClient, check, consumersMissNothing, fenced, joinChecks, liveDns, losePrimary, Operator } from "../kit";
import { originFenced, positionsSaved, promotionAccepted, recovery, same, stableSeconds, storedOnce } from "../kit";
import { startApi, superClusterUnderLoad, until, type Drill, type DrillRun, type Outcome } from "../kit";
import { figures, recovered } from "./fullFailover/figures";

/** Messages a second of each stream's own clients, beside those of the API. */
const perSecond = 20;

/** How long a person takes to decide once the latch is set; the contract allows five minutes. In seconds, for the drill alone. */
const decideSeconds = 5;

/** One story in real time: the region is lost, clients come back by DNS, writes by a promotion, and all of it goes back. */
export const fullFailover: Drill = {
    id: "full-failover",
    title: "The whole failover and failback, in real time, as the API's clients see it",
    phase: 13,
    scenario:
        "the primary region dies with its API and NATS, is replaced, returns, and gets its traffic back by a person's decision",
    needs: ["primary", "dr", "witness"],
    long: true,
    script,
    sabotages: [
        {
            id: "latch-not-held",
            title: "a latch that someone removes while the region is away",
            expectRed: "latch-holds",
        },
    ],
};

async function script(run: DrillRun): Promise<Outcome> {
    const { streams } = run.profile;
    const names = streams.map(({ name }) => name);
    const key = "key-of-the-rehearsal";
    const { cluster, traffic, joined } = await superClusterUnderLoad(run, perSecond);
    const operator = new Operator(run, cluster);
    const edge = (member: typeof cluster.primary) => startApi(run, cluster, member, new Set([key]));
    const edges = { primary: await edge(cluster.primary), standby: await edge(cluster.standby) };
    const dns = await liveDns(run, edges);
    const client = (kind: "read" | "write") => new ApiClient(run, kind, dns, edges, () => key);
    const [reader, writer] = [client("read"), client("write")];
    const served = (side: "primary" | "standby") => reader.servedBy(side) && writer.servedBy(side);
    const pass = (seconds: number) => delay(seconds * 1_000, undefined, { signal: run.signal });
    await until(run, "clients served by the primary", () => served("primary"));
    await positionsSaved(run, cluster);

    const [lostAt] = await Promise.all([losePrimary(run, cluster, 250, traffic), edges.primary.crash()]);
    const lost = run.history.at(lostAt);
    await until(run, "DNS answers with the standby", () => dns.answered() === "standby");
    const detected = run.history.at();
    traffic.pointTo(cluster.standby);
    run.happened("DNS", "answers with the standby", "good");
    await until(run, "the latch is set by the watcher", dns.latched, 240);
    run.happened("latch watcher", "sets the latch", "good");
    if (run.sabotage) dns.removeLatch();
    await pass(Math.max(0, detected + decideSeconds - run.history.at()));
    const decided = run.history.at();
    const takeover = await operator.takeOver(traffic);
    await until(run, "both clients served by the standby", () => served("standby"));
    await pass(run.quick ? 15 : stableSeconds);
    const inStandby = await traffic.tally(cluster.standby, ({ mirror }) => mirror);

    await Promise.all([
        run.at("primary", "returns with its disks", () => cluster.returnPrimary()),
        edges.primary.restart(),
    ]);
    const fences = await fenced(run, takeover);
    // Far longer than the checkers take to find the primary well.
    const wait = { seconds: 75, everyMs: 100, signal: run.signal };
    const flipped = await inTime("DNS goes back by itself", () => dns.answered() === "primary" || undefined, wait);
    const holds = check(
        "latch-holds",
        "DNS stays with the standby when the primary is well again",
        !flipped,
        "standby",
        flipped ? "primary" : "standby",
    );
    if (flipped) return { checks: [holds] };
    const [readsLost, writesLost] = [reader, writer].map(({ tries }) => recovery(tries, lost));
    const failbackAt = run.history.at();
    await operator.failBack();
    traffic.pointTo(cluster.primary);
    await run.at("operator", "removes the latch", () => dns.removeLatch());
    await until(run, "both clients served by the primary", () => served("primary"), 240);
    await operator.rebuildMirrors();
    await traffic.settle();
    await Promise.all([reader.stop(), writer.stop()]);
    const accounts = await traffic.accounts(cluster.primary);
    accounts.push(
        (await tallyStream(await cluster.connect(cluster.primary, "reader"), names[0]!, writer, writer.where)).account,
    );
    const tails = traffic.unreplicated(lostAt, inStandby);
    const [readsBack, writesBack] = [reader, writer].map(({ tries }) => recovery(tries, failbackAt));
    const calls = dns.controlPlaneCalls();
    return {
        checks: [
            ...joinChecks(joined, names),
            recovered("reads-recover", "Readers are served again, by DNS alone", readsLost),
            recovered("writes-recover", "Writers are served again, after the promotion", writesLost),
            promotionAccepted(undefined),
            holds,
            originFenced(fences, names),
            recovered("reads-fail-back", "Readers are served in the failback", readsBack),
            recovered("writes-fail-back", "Writers are served in the failback", writesBack),
            storedOnce("Every acknowledged message is in the origin after the failback, once", accounts),
            consumersMissNothing(traffic.clients),
            same("no-control-plane-calls", "The failover calls no control plane", "0 calls", `${calls} calls`),
        ],
        ...figures({
            lost,
            detected,
            decided,
            takeover,
            readsLost,
            writesLost,
            readsBack,
            writesBack,
            tails,
            decideSeconds,
        }),
        controlPlaneCalls: calls,
        failback: {
            dataCheck: "messages compared by identifier before the origin took writes",
            latch: dns.latched() ? "present" : "absent",
        },
    };
}
