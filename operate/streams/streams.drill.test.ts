import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isParked, isWritable, mirrorStream, parked, type StreamConfig } from "../../components/nats/natsStreamConfig";
import { natsGateJobs } from "../../components/nats/natsGate";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { superClusterUnderLoad } from "../../rehearsal/kit/environments/startSuperCluster";
import type { SuperCluster } from "../../rehearsal/kit/environments/superCluster";
import { type Traffic, workerDurable } from "../../rehearsal/kit/load/traffic";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { accountFor } from "../../testbed/nats/messageAccount";
import { readStream } from "../../testbed/nats/streamReader";
import { superClusterFixture } from "../../rehearsal/testing/fixtureDeployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { TailComparison } from "./accounting";
import { placeDurables, positionOf } from "./durables";
import { failback, rebuildMirror } from "./failback";
import { fenceOrigin } from "./fence";
import { lastMirroredKey, promote } from "./promote";
import { compareStreams } from "./streamDifference";
import { StreamApi, untilDone } from "./streamApi";

const stream = kgents.streams[0] as StreamProfile;
const { primary, dr } = kgents.regions;
const once = { seconds: 0 };

// The tests follow one another, as the steps of a failover do. No region is lost here: both answer, which is the case
// of a failover by decision, and lets each step be looked at.
describeWithTools("promotion, fence and failback, step by step", ["nats-server", "nats"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-streams-"));
    let run: DrillRun;
    let cluster: SuperCluster;
    let traffic: Traffic;
    let api: StreamApi;
    let lastMirrored: number;
    // An election may be on at any moment: no answer is no finding.
    const config = async (name: string) => (await untilDone(`settings of ${name}`, () => api.existing(name))).config;
    /** Refused, and for this reason: a call that got no answer is made again. */
    const refuses = (attempt: () => Promise<unknown>, reason: string) =>
        waitFor(reason, async () => {
            const said = await attempt().then(
                () => "it was not refused",
                (error: Error) => error.message,
            );
            if (said.includes(reason)) return true;
            throw new Error(said);
        });
    const client = () => traffic.clients[0] as (typeof traffic.clients)[number];

    beforeAll(async () => {
        run = drillRun("streams", { deployments: await superClusterFixture(), tools, workDir: dir });
        ({ cluster, traffic } = await superClusterUnderLoad(run, 100));
        api = new StreamApi(await cluster.connect(cluster.standby, "operator"), { patienceMs: 5_000 });
        await traffic.acknowledged(100, [client()]);
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("stops at a gate that expects another meta group, and says what it saw", async () => {
        const refused = () => cluster.runGate("primary", natsGateJobs.witness, 1);
        await expect.poll(refused, { timeout: 60_000 }).toMatchObject({
            exitCode: 1,
            output: expect.stringMatching(
                /the meta group has no 4 members within 1 s; the last answer was:\n.*CRITICAL.*7/,
            ),
        });
    });

    it("fails back only what was promoted", async () => {
        await refuses(
            () => failback(api, kgents, stream, once),
            "AGENTESE_MIRROR is a mirror still: there is nothing to fail back",
        );
    });

    it("promotes what an interrupted promotion left parked, and changes nothing when it is run again", async () => {
        const found = await config(stream.mirror);
        await untilDone("a promotion that stopped halfway", () => api.update(parked(found, dr, stream)));
        const first = await promote(api, kgents, stream);
        lastMirrored = first.lastMirrored;
        const promoted = await config(stream.mirror);
        expect(promoted).toMatchObject({
            subjects: ["usw2.agentese.>"],
            republish: { src: "agentese.>", dest: "agentese.>" },
        });
        expect(promoted.metadata?.[lastMirroredKey]).toBe(String(lastMirrored));
        // The roadmap's limit on the mirror would discard what an outage brings in.
        expect(promoted.max_msgs ?? -1).toBe(-1);
        expect(await promote(api, kgents, stream)).toEqual(first);
    });

    it("fails back only to a fenced origin", async () => {
        await refuses(() => failback(api, kgents, stream, once), "AGENTESE takes use1.agentese.>: fence it first");
    });

    it("fences the origin, and finds it fenced the next time", async () => {
        expect(await fenceOrigin(api, kgents, stream)).toMatchObject({ stream: "AGENTESE", outcome: "parked" });
        expect(isParked(await config(stream.name))).toBe(true);
        await expect
            .poll(() => fenceOrigin(api, kgents, stream), { timeout: 60_000 })
            .toEqual({ stream: "AGENTESE", outcome: "parked", refusals: 0 });
    });

    it("needs no fence for an origin that does not exist", async () => {
        const gone = { ...stream, name: "GONE", mirror: "GONE_MIRROR" };
        expect(await fenceOrigin(api, kgents, gone)).toMatchObject({ outcome: "absent" });
    });

    it("lets a client go on in the standby, with its durable", async () => {
        const positions = (await api.durables(stream.name)).map(positionOf);
        expect(positions.map((position) => position.durable)).toEqual([workerDurable]);
        await untilDone("durables", () => placeDurables(api, stream.mirror, positions));
        traffic.pointTo(cluster.standby);
        await traffic.acknowledged(200, [client()]);
        const before = client().consumer.received.size;
        await waitFor("messages consumed in the standby", () => client().consumer.received.size > before || undefined);
    });

    it("finds every message that the origin lacks", async () => {
        const comparison = new TailComparison(api.connection, stream.mirror, stream.name, lastMirrored);
        const missing = await untilDone("a comparison", () => comparison.refresh());
        expect(missing).toBeGreaterThanOrEqual(200);
        // By another way: what the standby took itself, as far as it was compared, less what the origin has by the same identifier.
        const reader = await cluster.connect(cluster.standby, "reader");
        const known = new Set(
            (await readStream(await cluster.connect(cluster.primary, "reader"), stream.name)).map(({ id }) => id),
        );
        const own = (await readStream(reader, stream.mirror)).filter(
            ({ seq }) => seq > lastMirrored && seq <= lastMirrored + comparison.tail,
        );
        expect(own.filter(({ id }) => !known.has(id))).toHaveLength(missing);
    });

    it("does not delete the stream that takes the writes", async () => {
        await refuses(() => rebuildMirror(api, kgents, stream, once), "AGENTESE_MIRROR takes writes: fail back first");
    });

    it("goes on with a failback that was interrupted, and brings every message back", async () => {
        const interruption = new AbortController();
        const onStep = (step: string) =>
            step === "the standby takes no writes" && interruption.abort(new Error("interrupted"));
        await expect(failback(api, kgents, stream, { onStep, signal: interruption.signal })).rejects.toThrow(
            "interrupted",
        );
        const done = await failback(api, kgents, stream);
        expect(done.tail).toBeGreaterThanOrEqual(200);
        expect(isWritable(await config(stream.name), primary, stream)).toBe(true);
        expect((await config(stream.name)).sources).toBeUndefined();
        expect(isParked(await config(stream.mirror))).toBe(true);
        traffic.pointTo(cluster.primary);
        await traffic.acknowledged(100, [client()]);
    });

    it("makes the mirror anew, equal to the origin, and finds it done the next time", async () => {
        const rebuild = await rebuildMirror(api, kgents, stream);
        expect(rebuild.compared).toBeGreaterThan(300);
        expect(await config(stream.mirror)).toMatchObject(mirrorStream(kgents, stream));
        await expect.poll(() => api.info(`${stream.mirror}_TMP`), { timeout: 60_000 }).toBeUndefined();
        await rebuildMirror(api, kgents, stream);
    });

    it("has stored every acknowledged message once", async () => {
        const { publisher, run, subject } = client();
        await traffic.settle();
        const stored = await readStream(await cluster.connect(cluster.primary, "reader"), stream.name);
        expect(accountFor(publisher, stored, { run, subject })).toMatchObject({
            missing: [],
            duplicated: [],
            corrupted: 0,
            misnamed: 0,
        });
    });

    it("finds a mirror that diverged from an origin made anew, which lag does not show", async () => {
        const base = { storage: "file", retention: "limits", num_replicas: 1 } as const;
        const origin = {
            ...base,
            name: "T",
            subjects: ["t.>"],
            placement: { cluster: primary.natsCluster },
        } as unknown as StreamConfig;
        const mirror = {
            ...base,
            name: "T_MIRROR",
            mirror: { name: "T" },
            placement: { cluster: dr.natsCluster },
        } as unknown as StreamConfig;
        const js = jetstream(await cluster.connect(cluster.primary, "publisher"));
        const fill = async (word: string, count: number) => {
            for (let index = 0; index < count; index += 1) {
                await waitFor(`${word} ${index} stored`, () =>
                    js.publish("t.x", `${word} ${index}`, { msgID: `${word} ${index}` }),
                );
            }
        };
        const mirrored = (last: number) =>
            waitFor(
                `T_MIRROR at ${last}`,
                async () => (await api.existing("T_MIRROR")).state.last_seq >= last || undefined,
                {
                    seconds: 120,
                },
            );
        await untilDone("an origin", () => api.create(origin));
        await untilDone("a mirror", () => api.create(mirror));
        await fill("before", 20);
        await mirrored(20);
        const compared = (to: number) =>
            untilDone("a comparison", () => compareStreams(api.connection, "T", "T_MIRROR", to));
        expect(await compared(20)).toEqual({ compared: 20, different: 0, unequal: [] });
        await untilDone("an origin that is gone", () => api.remove("T"));
        await untilDone("an origin made anew", () => api.create(origin));
        await fill("after", 25);
        await mirrored(25);
        const found = await compared(25);
        expect(found).toEqual({ compared: 25, different: 20, firstDifferent: 1, unequal: [{ from: 1, to: 25 }] });
    });
});
