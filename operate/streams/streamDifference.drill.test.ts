import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { AckPolicy, jetstream, jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithTools } from "../../engine/toolchain/testTools";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { regionServers } from "../../rehearsal/kit/environments/singleRegion";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { primaryFixture } from "../../rehearsal/testing/fixtureDeployment";
import { fillStream, quicklyFilled } from "../../testbed/nats/fillStream";
import { readStream } from "../../testbed/nats/streamReader";
import { waitFor } from "../../testbed/nats/waitFor";
import { TailComparison } from "./accounting";
import { compareMirror, type MirrorMessage } from "./mirrorComparison";
import { readMessages } from "./readMessages";
import { compareStreams } from "./streamDifference";
import { StreamApi } from "./streamApi";

/** Messages of the long stream and of its short part; what is held of each of the difference shows. */
const [long, short] = [120_000, 30_000];
/** Half of what a list of the difference takes, and more than a collection leaves by chance. */
const toleratedMegabytes = 8;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The most that is alive at once while `action` goes on, beyond what was alive before, in MB: whatever is garbage does not count. */
async function liveMegabytes(action: () => Promise<unknown>): Promise<number> {
    const alive = () => {
        collect();
        const { heapUsed, external } = process.memoryUsage();
        return (heapUsed + external) / 1e6;
    };
    const before = alive();
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, alive())), 50);
    try {
        const result = await action();
        most = Math.max(most, alive());
        // Alive until it was measured.
        expect(result).toBeDefined();
    } finally {
        clearInterval(timer);
    }
    return most - before;
}

describeWithTools("comparing streams of any length", ["nats-server"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-size-"));
    let run: DrillRun;
    let connection: NatsConnection;
    let manager: JetStreamManager;
    let api: StreamApi;
    const add = (config: Parameters<JetStreamManager["streams"]["add"]>[0]) =>
        waitFor(`stream ${config.name}`, () => manager.streams.add({ num_replicas: 1, ...config }));
    const mirrored = (name: string, last: number) =>
        waitFor(
            `${name} at ${last}`,
            async () => (await manager.streams.info(name)).state.last_seq >= last || undefined,
            { seconds: 300 },
        );
    const publish = (subject: string, from: number, to: number) =>
        Promise.all(
            Array.from({ length: to - from + 1 }, (_, index) =>
                waitFor(`message ${from + index}`, () =>
                    jetstream(connection).publish(subject, `message ${from + index}`, { msgID: `m-${from + index}` }),
                ),
            ),
        );

    beforeAll(async () => {
        run = drillRun("size", { deployments: { primary: await primaryFixture() }, tools, workDir: dir });
        const { connect } = await regionServers(run);
        connection = await connect("reader");
        api = new StreamApi(connection, { patienceMs: 5_000 });
        manager = await waitFor("JetStream to answer", () => jetstreamManager(connection, { timeout: 5_000 }));
        await add({ ...quicklyFilled, name: "MANY", subjects: ["many.>"] });
        await add({ ...quicklyFilled, name: "MANY_MIRROR", mirror: { name: "MANY" } });
        await fillStream(connection, "many.x", long);
        await mirrored("MANY_MIRROR", long);
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("would be seen to hold a stream, if it held one", async () => {
        const list = (to: number) => async () => {
            const held = new Map<number, string>();
            await readMessages(connection, "MANY", 1, to, ({ seq, id, data }) =>
                held.set(seq, `${id} ${Buffer.from(data).toString("base64")}`),
            );
            return held;
        };
        const [one, other] = [await liveMegabytes(list(short)), await liveMegabytes(list(long))];
        expect(other - one).toBeGreaterThan(toleratedMegabytes);
    });

    it("holds no more of a long stream and its mirror than of a short one", async () => {
        const compare = (to: number) => async () => {
            const found = await compareStreams(connection, "MANY", "MANY_MIRROR", to);
            expect(found).toEqual({ compared: to, different: 0, unequal: [] });
            return found;
        };
        const [one, other] = [await liveMegabytes(compare(short)), await liveMegabytes(compare(long))];
        expect(other - one).toBeLessThan(toleratedMegabytes);
    });

    it("holds no more of a long tail of the standby than of a short one, none of which is in the origin", async () => {
        await add({ name: "NOTHING", subjects: ["nothing.>"] });
        const compare = (lastMirrored: number) => async () => {
            const comparison = new TailComparison(connection, "MANY", "NOTHING", lastMirrored);
            expect([await comparison.refresh(), comparison.tail]).toEqual([long - lastMirrored, long - lastMirrored]);
            return comparison;
        };
        const [one, other] = [await liveMegabytes(compare(long - short)), await liveMegabytes(compare(0))];
        expect(other - one).toBeLessThan(toleratedMegabytes);
    });

    it("finds each difference and nothing else, at either end, alone and in runs, in windows far apart", async () => {
        const gone = [2, 3, 4, 20_000, 40_000, 100_000];
        for (const seq of gone) await waitFor("a deletion", () => manager.streams.deleteMessage("MANY_MIRROR", seq));
        const found = await compareStreams(connection, "MANY", "MANY_MIRROR", long);
        expect(found).toEqual({
            compared: long,
            different: gone.length,
            firstDifferent: 2,
            unequal: [
                { from: 1, to: 3 * 16_384 },
                { from: 6 * 16_384 + 1, to: 7 * 16_384 },
            ],
        });
        // From the origin's own side it is the other one that has more.
        expect(await compareStreams(connection, "MANY_MIRROR", "MANY", long)).toMatchObject({
            compared: long - gone.length,
            different: gone.length,
        });
    });

    it("finds what only the mirror has of an origin made anew, wherever the rest moved to, and holds none of it", async () => {
        await waitFor("no origin", () => manager.streams.delete("MANY"));
        await add({ name: "MANY", subjects: ["many.>"] });
        // Known to the mirror by their identifiers, at other sequences.
        await publish("many.x", 101, 150);
        const shown: MirrorMessage[] = [];
        let count = 0;
        const list = {
            restart: () => ((count = 0), (shown.length = 0)),
            add: (message: MirrorMessage) => (count++ < 2 ? shown.push(message) : undefined),
        };
        const megabytes = await liveMegabytes(async () => {
            const found = await compareMirror(api, "MANY", "MANY_MIRROR", list);
            // Six were deleted there, and of the fifty one is at its old place.
            expect(found).toMatchObject({ ahead: long - 50, mirrorOnly: long - 6 - 50 });
            return found;
        });
        expect(count).toBe(long - 6 - 50);
        expect(shown).toEqual([
            { seq: 1, id: expect.stringMatching(/^m-\d+$/), subject: "many.x", time: expect.any(Date) },
            { seq: 5, id: expect.stringMatching(/^m-\d+$/), subject: "many.x", time: expect.any(Date) },
        ]);
        expect(megabytes).toBeLessThan(30);
    });

    it("is not held up by a last message that was removed", async () => {
        await add({ name: "ENDS", subjects: ["ends.>"] });
        await publish("ends.x", 1, 5);
        await waitFor("a deletion", () => manager.streams.deleteMessage("ENDS", 5));
        await add({ name: "ENDS_MIRROR", mirror: { name: "ENDS" } });
        await mirrored("ENDS_MIRROR", 4);
        const seen: number[] = [];
        expect(await readMessages(connection, "ENDS", 1, 5, ({ seq }) => seen.push(seq))).toBe(5);
        expect(seen).toEqual([1, 2, 3, 4]);
    });

    it("reads a stream that has as many consumers as it may have", async () => {
        await add({ name: "FULL", subjects: ["full.>"], max_consumers: 1 });
        const durable = { durable_name: "worker", ack_policy: AckPolicy.Explicit };
        await waitFor("a durable", () => manager.consumers.add("FULL", durable));
        await publish("full.x", 1, 100);
        await waitFor("a deletion", () => manager.streams.deleteMessage("FULL", 70));
        const seen: number[] = [];
        expect(await readMessages(connection, "FULL", 10, 90, ({ seq }) => seen.push(seq))).toBe(90);
        expect([seen.length, seen[0], seen.at(-1), seen.includes(70)]).toEqual([80, 10, 90, false]);
    });

    it.each(["workqueue", "interest"] as const)(
        "reads a stream of retention %s without a consumer on it, and takes nothing from it",
        async (retention) => {
            const name = retention.toUpperCase();
            await add({ name, subjects: [`${retention}.>`], retention, num_replicas: 3 });
            const durable = { durable_name: "worker", ack_policy: AckPolicy.Explicit };
            await waitFor("a durable", () => manager.consumers.add(name, durable));
            await publish(`${retention}.x`, 1, 200);
            const seen: (string | undefined)[] = [];
            expect(await readMessages(connection, name, 1, 200, ({ id }) => seen.push(id))).toBe(200);
            expect(new Set(seen).size).toBe(200);
            expect((await readStream(connection, name)).length).toBe(200);
            const { state } = await manager.streams.info(name);
            expect([state.messages, state.consumer_count]).toEqual([200, 1]);
            expect((await manager.consumers.info(name, "worker")).num_pending).toBe(200);
        },
    );
});
