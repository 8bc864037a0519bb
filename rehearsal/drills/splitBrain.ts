import { fenced, inject, linkFaults, originFenced, Operator, same, storedOnce, superClusterUnderLoad } from "../kit";
import { consumersMissNothing, Traffic, writers, type Drill, type DrillRun, type Outcome } from "../kit";

/** The primary works on behind a partition while the standby is promoted: two writers, until the fence arrives with the healing. */
export const splitBrain: Drill = {
    id: "split-brain",
    title: "The primary is partitioned away while it works, the standby is promoted, and the partition heals",
    phase: 13,
    needs: ["primary", "dr", "witness"],
    long: true,
    script,
    sabotages: [{ id: "no-fence", title: "a promotion without the fence", expectRed: "one-writer" }],
};

async function script(run: DrillRun): Promise<Outcome> {
    const { cluster, traffic: near } = await superClusterUnderLoad(run, 50);
    const { primary, standby } = cluster;
    const operator = new Operator(run, cluster);
    await near.acknowledged(50);
    const parted = cluster.pairs.filter((pair) => pair.includes(primary));
    const heal = await inject(run, ...parted.map((pair) => linkFaults.partition(cluster, pair)));
    run.disruption();
    const takeover = await operator.takeOver(undefined, { fence: run.sabotage !== "no-fence" });
    const far = await Traffic.publish(run, cluster, 50, { name: "standby", at: standby });
    const writing = await writers(run, { primary: near, standby: far });
    await heal();
    const fences = await fenced(run, takeover);
    const healed = await writers(run, { primary: near, standby: far });
    const oneWriter = same("one-writer", "After the healing one region takes writes", "standby", healed);
    if (!oneWriter.passed) return { checks: [oneWriter] };

    await operator.failBack();
    for (const traffic of [near, far]) traffic.pointTo(primary);
    await far.acknowledged(50);
    await operator.rebuildMirrors();
    await far.finish();
    await near.settle();
    const accounts = [...(await near.accounts(primary)), ...(await far.accounts(primary))];
    const received = near.clients.map(({ consumer }) => consumer);
    const all = [...near.clients, ...far.clients].map(({ publisher }, index) => ({
        publisher,
        consumer: received[index % received.length]!,
    }));
    const both = "In the partition both regions take writes, which is why there is a fence";
    const names = run.profile.streams.map(({ name }) => name);
    return {
        checks: [
            same("parted-writers", both, "primary and standby", writing),
            originFenced(fences, names),
            oneWriter,
            storedOnce("What either region acknowledged is in the origin after the failback, once", accounts),
            consumersMissNothing(all),
        ],
    };
}
