import type { StreamApi } from "../../operate/streams/streamApi";
import {
    consumersMissNothing,
    fenced,
    losePrimary,
    Operator,
    originFenced,
    positionsSaved,
    promotionAccepted,
} from "../kit";
import { refusedProbes, same, storedOnce, superClusterUnderLoad } from "../kit";
import type { Drill, DrillRun, Outcome } from "../kit";
import { dealt, lacking, withKinds } from "./streamsOfAllKinds/kinds";

/** Streams with the settings that teams give them: the promoted ones accept what their origins accepted, and have it all back after the failback. */
export const streamsOfAllKinds: Drill = {
    id: "streams-of-all-kinds",
    title: "Streams with settings of all kinds are lost, promoted and failed back",
    phase: 13,
    needs: ["primary", "dr", "witness"],
    long: true,
    script,
    sabotages: [
        {
            id: "default-settings",
            title: "a promotion that does not know the origins' settings",
            expectRed: "accepted-in-the-standby",
        },
    ],
};

async function script(run: DrillRun): Promise<Outcome> {
    const { cluster, traffic } = await superClusterUnderLoad(run, 50);
    const { streams } = run.profile;
    const kinds = dealt(streams.length);
    const operator = new Operator(run, cluster);
    const api = await operator.api(5_000);
    await run.at("primary", "gets streams of all kinds", () =>
        Promise.all(
            streams.map(async ({ name }, place) =>
                api.update(withKinds((await api.existing(name)).config, kinds[place]!)),
            ),
        ),
    );
    const probes = streams.map((stream, place) => ({
        stream,
        headers: kinds[place]!.map(({ headers = {} }) => headers),
    }));
    const before = await refusedProbes(run, cluster, "primary", probes);
    await traffic.acknowledged(100);
    await positionsSaved(run, cluster);
    const lostAt = await losePrimary(run, cluster, 250, traffic);
    await traffic.refusedBy(cluster.standby, lostAt);
    const takeover = await operator.takeOver(traffic, { settings: run.sabotage !== "default-settings" });
    const during = await refusedProbes(run, cluster, "dr", probes);
    const accepted = [
        same("accepted-in-the-primary", "The origins accept what their settings allow", "", before),
        same("accepted-in-the-standby", "The promoted streams accept what their origins accepted", "", during),
    ];
    if (during !== "") return { checks: accepted };
    const ofMirrors = await settingsOf(api, streams, kinds, "mirror");
    await traffic.acknowledged(100);
    await run.at("primary", "returns with its disks", () => cluster.returnPrimary());
    const fences = await fenced(run, takeover);
    await operator.failBack();
    traffic.pointTo(cluster.primary);
    const after = await refusedProbes(run, cluster, "primary", probes);
    await operator.rebuildMirrors();
    await traffic.settle();
    return {
        checks: [
            ...accepted,
            promotionAccepted(undefined),
            same("settings-in-the-standby", "The promoted streams have their origins' settings", "", ofMirrors),
            originFenced(
                fences,
                streams.map(({ name }) => name),
            ),
            same(
                "settings-kept",
                "The origins have their settings after the failback",
                "",
                await settingsOf(api, streams, kinds, "name"),
            ),
            same("accepted-after-the-failback", "The origins accept what they accepted before", "", after),
            storedOnce(
                "Every acknowledged message is in the origin after the failback, once",
                await traffic.accounts(cluster.primary),
            ),
            consumersMissNothing(traffic.clients),
        ],
    };
}

/** Which settings the streams lack; how many copies there are is the standby's own. */
async function settingsOf(
    api: StreamApi,
    streams: DrillRun["profile"]["streams"],
    kinds: ReturnType<typeof dealt>,
    which: "name" | "mirror",
): Promise<string> {
    const besides = which === "mirror" ? ["num_replicas"] : [];
    const found = await Promise.all(
        streams.map(async (stream, place) =>
            lacking((await api.existing(stream[which])).config, kinds[place]!, besides),
        ),
    );
    return found.filter((one) => one !== "").join("; ");
}
