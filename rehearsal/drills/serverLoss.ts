import { acknowledgedSpans, allStored, check, clientSubject, type Drill, type DrillRun, inject } from "../kit";
import { inStep, leaderOf, messages, type Outcome, replicasInStep, seconds, serverFaults } from "../kit";
import { singleRegion, storedAsPublished, streamsCreated, writesGoOn } from "../kit";
import { contractTerms } from "../../components/model/contract";
import { longestGap, Publisher } from "../../testbed/nats/publisher";
import { tallyStream } from "../../testbed/nats/messageAccount";
import { waitFor } from "../../testbed/nats/waitFor";
import { withOneServer } from "./serverLoss/sabotages";

/**
 * Kills the server that leads a stream while a client publishes, brings it back, and accounts for every message: the
 * baseline keeps writing with one of its servers gone and loses nothing that it acknowledged.
 */
export const serverLoss: Drill = {
    id: "server-loss",
    title: "One NATS server is killed under load and comes back",
    phase: 10,
    needs: ["primary"],
    besideEngine: true,
    script,
    sabotages: [
        {
            id: "one-server",
            title: "a single NATS server without replicas",
            apply: withOneServer,
            expectRed: "writes-survive-server-loss",
        },
    ],
};

async function script(run: DrillRun): Promise<Outcome> {
    const { signal, profile } = run;
    const [stream] = profile.streams;
    if (!stream) throw new Error(`${run.drill} needs a stream in the system profile`);
    const where = { run: run.drill, subject: clientSubject(stream, "rehearsal") };
    const count = run.quick ? 2_000 : 10_000;
    const region = await singleRegion(run);
    const publisher = new Publisher(await region.connect("publisher"), { ...where, signal });
    const acknowledged = (wanted: number) =>
        waitFor(`${wanted} acknowledgements`, () => publisher.acked.size >= wanted || undefined, {
            signal,
            everyMs: 5,
        });

    const before = publisher.run(count / 2);
    await acknowledged(count / 4);
    const leader = await leaderOf(run, region, stream.name);
    const bringBack = await inject(run, serverFaults.killed(leader));
    const killedAt = performance.now();
    run.disruption(killedAt);
    // Half of the messages are left for the time without the server, however fast the others went.
    const after = publisher.run(count);
    const survived = await writesGoOn(run, publisher, region, killedAt);
    await bringBack();
    const restartedAt = performance.now();
    await leader.healthy({ signal });
    await acknowledged(count);
    await Promise.all([before, after]);
    const current = await replicasInStep(run, region, stream.name, stream.replicas);
    run.happened(leader.name, "in step again", "good");
    const catchUp = (performance.now() - restartedAt) / 1000;

    const { account } = await tallyStream(await region.connect("reader"), stream.name, publisher, where);
    const gap = longestGap(publisher.acked.values(), killedAt);
    return {
        checks: [
            streamsCreated(region.streamsJob),
            check(
                "writes-survive-server-loss",
                "Writes are acknowledged while one server is away",
                survived,
                "at least one acknowledgement before the server returns",
                survived ? "acknowledged" : "none",
            ),
            allStored(account, count),
            storedAsPublished(account),
            inStep(current, stream.replicas),
        ],
        measurements: [
            seconds("publish-gap", contractTerms.serverLossRecovery.title, gap.seconds, "serverLossRecovery"),
            messages("acked", "messages acknowledged", account.acked),
            messages("stored", "messages stored", account.stored),
            messages("lost", "acknowledged messages lost", account.missing.length),
            seconds("catch-up", "restart of the server until its copy is in step", catchUp),
        ],
        timeline: acknowledgedSpans(publisher, gap, killedAt),
        details: {
            account,
            killed: leader.name,
            refusals: Object.fromEntries(publisher.refusals),
            changedKeys: region.servers.changedKeys,
            changedJobVariables: region.streamsJob.changed,
        },
    };
}
