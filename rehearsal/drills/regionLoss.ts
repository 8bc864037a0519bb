import { consumersMissNothing, type Drill, type DrillRun, fenced, joinChecks, listed } from "../kit";
import { longestMirrorLag, losePrimary, Operator, originalLayout, originFenced, type Outcome, placeOf } from "../kit";
import { positionsKept, positionsSaved, promotionAccepted, refusesBeforePromotion, storedOnce } from "../kit";
import { superClusterUnderLoad, workerDurable } from "../kit";
import { figures } from "./regionLoss/figures";
import { withoutWitness } from "./regionLoss/sabotages";

/** How long before its servers the lost region's links go, in milliseconds. */
const linksFirstMs = 250;

/**
 * The whole way of a region: a primary that takes writes is joined by the witness and the standby, is killed with -9,
 * is replaced, returns and takes its writes back, under clients that are never changed. Every message is accounted for.
 */
export const regionLoss: Drill = {
    id: "region-loss",
    title: "The primary region is lost, the standby takes over, and the writes go back",
    phase: 13,
    needs: ["primary", "dr"],
    script,
    sabotages: [
        {
            id: "no-witness",
            title: "two regions without a witness",
            apply: withoutWitness,
            expectRed: "promotion-accepted",
        },
    ],
};

async function script(run: DrillRun): Promise<Outcome> {
    const { streams } = run.profile;
    const names = streams.map(({ name }) => name);
    const perSecond = run.quick ? 100 : 300;
    const startedAt = performance.now();
    const { cluster, traffic, joined } = await superClusterUnderLoad(run, perSecond);
    const operator = new Operator(run, cluster);

    await traffic.acknowledged(perSecond * 2);
    const kept = await positionsSaved(run, cluster);
    const mirrorLag = await longestMirrorLag(cluster);
    await traffic.acknowledged(perSecond);
    const lostAt = await losePrimary(run, cluster, linksFirstMs, traffic);
    // As every minute from now on: whatever it finds must not take the place of what it found before.
    const late = cluster.keepPositions();
    late.catch(() => undefined);
    const refusals = await traffic.refusedBy(cluster.standby, lostAt);
    const before = [...joinChecks(joined, names), refusesBeforePromotion(refusals)];

    const takeover = await operator.tryTakeOver(traffic);
    // Not before: no decision waits for that job, and the election that its failing takes belongs to the time of the promotion.
    const runs = [kept, await late];
    if (takeover instanceof Error) return { checks: [...before, promotionAccepted(takeover.message)] };
    await traffic.acknowledged(perSecond * 3);
    const inStandby = await traffic.tally(cluster.standby, ({ mirror }) => mirror);

    await run.at("primary", "returns with its disks", () => cluster.returnPrimary());
    const fences = await fenced(run, takeover);
    const backAt = performance.now();
    const failbacks = await operator.failBack();
    traffic.pointTo(cluster.primary);
    await traffic.acknowledged(perSecond);
    const failbackGap = traffic.longestGapSince(backAt);
    await operator.rebuildMirrors();
    await traffic.settle();
    const inOrigin = await traffic.tally(cluster.primary);
    const accounts = names.map((name) => inOrigin.get(name)!.account);
    // Origins, mirrors, and the stream of the positions.
    const layout = (await listed(run, cluster, names.length * 2 + 2)).map(placeOf);

    const tails = traffic.unreplicated(lostAt, inStandby);
    return {
        checks: [
            ...before,
            promotionAccepted(undefined),
            positionsKept(runs, takeover.positions, names, workerDurable),
            originFenced(fences, names),
            storedOnce("Every acknowledged message is in the origin after the failback, once", accounts),
            consumersMissNothing(traffic.clients),
            originalLayout(run.profile, { primary: cluster.primary.cluster, dr: cluster.standby.cluster }, layout),
        ],
        ...figures(run.profile, {
            seconds: (performance.now() - startedAt) / 1000,
            mirrorLag,
            takeover,
            tails,
            accounts,
            inStandby: names.map((name) => inStandby.get(name)!.account),
            failbacks,
            failbackGap,
            clients: traffic.clients,
            layout,
            changedKeys: cluster.servers.changedKeys,
        }),
    };
}
