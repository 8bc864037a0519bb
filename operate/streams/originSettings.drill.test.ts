import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isWritable, originStream, type StreamConfig } from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { describeWithTools } from "../../engine/toolchain/testTools";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { superCluster } from "../../rehearsal/kit/environments/startSuperCluster";
import type { SuperCluster } from "../../rehearsal/kit/environments/superCluster";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { superClusterFixture } from "../../rehearsal/testing/fixtureDeployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { failback } from "./failback";
import { fenceOrigin } from "./fence";
import { promote } from "./promote";
import { StreamApi, untilDone } from "./streamApi";
import { surveyStream } from "./survey";

const stream = kgents.streams[0] as StreamProfile;
const minutes = (count: number) => count * 60_000_000_000;

/** As telemetry has it: kept for five minutes, a window below that, expiring and rolled-up messages. */
const settings = {
    max_age: minutes(5),
    duplicate_window: minutes(2),
    allow_msg_ttl: true,
    allow_rollup_hdrs: true,
    allow_atomic: true,
    max_msg_size: 64 * 1024,
};

// The tests follow one another, as the steps of the move do.
describeWithTools("a stream with settings of its own, moved to the standby", ["nats-server", "nats"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-settings-"));
    let run: DrillRun;
    let cluster: SuperCluster;
    let api: StreamApi;
    const config = async (name: string) =>
        (await untilDone(`settings of ${name}`, () => api.existing(name))).config as StreamConfig & typeof settings;

    beforeAll(async () => {
        run = drillRun("settings", { deployments: await superClusterFixture(), tools, workDir: dir });
        ({ cluster } = await superCluster(run));
        api = new StreamApi(await cluster.connect(cluster.standby, "operator"), { patienceMs: 5_000 });
        await untilDone("an origin with settings of its own", () =>
            api.update({ ...originStream(kgents, stream), ...settings } as StreamConfig),
        );
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("is one that can be promoted and failed back, by its status", async () => {
        expect((await untilDone("a survey", () => surveyStream(api, kgents, stream))).obstacles).toEqual([]);
    });

    it("is parked with the window that it has: a longer one than its age the server refuses, and both would take writes", async () => {
        expect(await fenceOrigin(api, kgents, stream, { seconds: 60 })).toMatchObject({ outcome: "parked" });
        expect(await config(stream.name)).toMatchObject({ ...settings, subjects: ["parked.AGENTESE"] });
    });

    it("is promoted with its settings, in the standby's own place", async () => {
        await cluster.mirrorsFollow();
        await promote(api, kgents, stream, { origin: await config(stream.name) });
        expect(await config(stream.mirror)).toMatchObject({
            ...settings,
            placement: { cluster: "usw2" },
            subjects: ["usw2.agentese.>"],
        });
    });

    it.each([
        ["expires", "Nats-TTL", "60s"],
        ["rolls its subject up", "Nats-Rollup", "sub"],
    ])("accepts a publish that %s, as before", async (_what, header, value) => {
        const js = jetstream(await cluster.connect(cluster.standby, "publisher"), { timeout: 5_000 });
        const more = headers();
        more.set(header, value);
        const publish = () => js.publish("agentese.settings", "it", { headers: more, msgID: header });
        expect(await waitFor("the publish accepted", publish)).toMatchObject({ stream: stream.mirror });
    });

    it("is not moved by plan where its settings stand in the way, and says so before anything is changed", async () => {
        await untilDone("a limit a subject", async () =>
            api.update({ ...(await config(stream.name)), max_msgs_per_subject: 1 } as StreamConfig),
        );
        const { obstacles, findings } = await untilDone("a survey", () => surveyStream(api, kgents, stream));
        expect(obstacles).toEqual([expect.stringMatching(/^AGENTESE keeps 1 messages a subject/)]);
        expect(findings).toEqual(expect.arrayContaining([...obstacles]));
    });

    it.each(["workqueue", "interest"] as const)("of retention %s is not moved either", async (retention) => {
        const work = { ...stream, name: retention.toUpperCase(), mirror: `${retention.toUpperCase()}_MIRROR` };
        const config = { ...originStream(kgents, work), subjects: [`${retention}.>`], retention } as object;
        await untilDone("a stream of that retention", () => api.create(config as StreamConfig));
        const { obstacles } = await untilDone("a survey", () => surveyStream(api, kgents, work));
        expect(obstacles).toEqual([expect.stringContaining(`${work.name} has retention "${retention}"`)]);
    });

    it("that is full and refuses new messages leaves the standby with the writes, and lacks no message when it has room again", async () => {
        const lastOfOrigin = (await untilDone("its state", () => api.existing(stream.name))).state.messages;
        await untilDone("a full origin", async () =>
            api.update({
                ...(await config(stream.name)),
                max_msgs_per_subject: -1,
                max_msgs: Math.max(lastOfOrigin, 1),
                discard: "new",
            } as StreamConfig),
        );
        const js = jetstream(await cluster.connect(cluster.standby, "publisher"), { timeout: 5_000 });
        for (let message = 0; message < 20; message++)
            await waitFor("the publish accepted", () =>
                js.publish("agentese.full", "it", { msgID: `full-${message}` }),
            );
        const gaveUp = failback(api, kgents, stream, { seconds: 5 });
        await expect(gaveUp).rejects.toThrow(/of the standby's \d+ messages are not in the origin/);
        expect(isWritable(await config(stream.mirror), kgents.regions.dr, stream)).toBe(true);
        await untilDone("room in the origin", async () =>
            api.update({ ...(await config(stream.name)), max_msgs: -1, discard: "old" } as StreamConfig),
        );
        expect((await failback(api, kgents, stream)).tail).toBeGreaterThanOrEqual(20);
        expect(isWritable(await config(stream.name), kgents.regions.primary, stream)).toBe(true);
    });
});
