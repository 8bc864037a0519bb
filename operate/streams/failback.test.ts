import { beforeEach, describe, expect, it, vi } from "vitest";
import { isParked, isWritable, mirrorStream, originStream, parked } from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { failback, rebuildMirror } from "./failback";
import { promote } from "./promote";
import type { Visit } from "./readMessages";
import { FakeLease } from "./testing/fakeLease";
import { FakeStreams } from "./testing/fakeStreams";

/** What the comparisons are to find; real messages are read in accounting.drill.test.ts. */
const found = vi.hoisted(() => ({
    /** Messages of the standby that the origin lacks, one reading after the other; the last one stays. */
    missing: [] as number[],
    /** Called at each reading of those. */
    onComparison: () => {},
    /** Sequences that differ, by mirror. */
    different: {} as Record<string, readonly number[]>,
}));
vi.mock("./accounting", () => ({
    TailComparison: class {
        readonly tail = 52;
        async refresh(): Promise<number> {
            found.onComparison();
            return (found.missing.length > 1 ? found.missing.shift() : found.missing[0]) ?? 0;
        }
    },
}));
vi.mock("./streamDifference", () => ({
    compareStreams: async (_connection: unknown, _origin: string, mirror: string) => {
        const [seq] = found.different[mirror] ?? [];
        const unequal = seq === undefined ? [] : [{ from: seq, to: seq }];
        return { compared: 150, different: unequal.length, firstDifferent: seq, unequal };
    },
}));
vi.mock("./readMessages", async (importOriginal) => ({
    ...(await importOriginal<object>()),
    // One message that only a mirror has.
    readAll: async (_connection: unknown, name: string, from: number, to: number, visit: Visit) => {
        if (name.endsWith("_MIRROR") && from <= 7 && to >= 7)
            visit({
                seq: 7,
                id: "own",
                source: undefined,
                subject: "agentese.x",
                data: new Uint8Array(),
                time: new Date(0),
            });
    },
}));

const stream = kgents.streams[0] as StreamProfile;
const { primary, dr } = kgents.regions;
const origin = originStream(kgents, stream);
const mirror = mirrorStream(kgents, stream);
const once = { seconds: 0, settleMs: 0, everyMs: 1 };

let streams: FakeStreams;
let lease: FakeLease;
beforeEach(() => {
    Object.assign(found, { missing: [0], onComparison: () => {}, different: {} });
    streams = new FakeStreams();
    lease = new FakeLease(streams.api);
});

describe("failback", () => {
    beforeEach(async () => {
        streams.put(parked(origin, primary, stream), 98);
        streams.put(mirror, 98);
        await promote(streams.api, kgents, stream, once);
        streams.held.get(stream.mirror)!.lastSeq = 150;
        streams.calls.length = 0;
    });

    const failsBack = (options = {}) => failback(streams.api, kgents, stream, { ...once, lease, ...options });

    it("sources what the standby took itself, parks the standby, and opens the origin last", async () => {
        found.missing = [51, 0];
        expect(await failsBack()).toMatchObject({ stream: "AGENTESE", tail: 52 });
        expect(streams.calls).toEqual([
            "update AGENTESE: parked.AGENTESE",
            "update AGENTESE_MIRROR: parked.AGENTESE_MIRROR",
            "update AGENTESE: use1.agentese.>",
        ]);
    });

    it("sources from the message after the last one that came by mirror", async () => {
        found.missing = [52];
        await expect(failsBack({ nearly: 0 })).rejects.toThrow("52 of the standby's 52 messages are not in the origin");
        expect(streams.config("AGENTESE")?.sources).toEqual([{ name: "AGENTESE_MIRROR", opt_start_seq: 99 }]);
    });

    it.each([
        ["more than a few messages are", 201],
        ["none of its own messages is", 52],
    ])("lets the standby take writes while %s not in the origin", async (_what, missing) => {
        found.missing = [missing];
        await expect(failsBack()).rejects.toThrow(`${missing} of the standby's 52 messages are not in the origin`);
        expect(streams.calls).toEqual(["update AGENTESE: parked.AGENTESE"]);
        expect(isWritable(streams.config("AGENTESE_MIRROR")!, dr, stream)).toBe(true);
    });

    it("opens no origin that lacks a single message of the standby's", async () => {
        found.missing = [1];
        lease.lasts = 0;
        await expect(failsBack()).rejects.toThrow(
            /1 of the standby's 52 messages are not in the origin; AGENTESE_MIRROR takes writes again$/,
        );
        expect(isWritable(streams.config("AGENTESE_MIRROR")!, dr, stream)).toBe(true);
        expect(isParked(streams.config("AGENTESE")!)).toBe(true);
        // So that the next try goes on where this one stopped.
        expect(streams.config("AGENTESE")?.sources).toHaveLength(1);
    });

    it("keeps what the standby's stream says of its promotion when that takes writes again", async () => {
        const before = streams.config("AGENTESE_MIRROR");
        found.missing = [1];
        lease.lasts = 0;
        await expect(failsBack()).rejects.toThrow("takes writes again");
        expect(streams.config("AGENTESE_MIRROR")).toEqual(before);
    });

    it("is done if the origin was opened and only the answer was lost", async () => {
        lease.losesAnswer = true;
        expect(await failsBack()).toMatchObject({ tail: 52 });
        expect(isParked(streams.config("AGENTESE_MIRROR")!)).toBe(true);
        expect(isWritable(streams.config("AGENTESE")!, primary, stream)).toBe(true);
    });

    it("changes nothing if no one would hold the lease", async () => {
        lease.heard = false;
        await expect(failsBack()).rejects.toThrow("Deployment failback-lease in the standby does not reply");
        expect(streams.calls).toEqual([]);
    });

    it("counts what is missing only once the parked standby stands still", async () => {
        streams.readings.set("AGENTESE_MIRROR", [150, 150, 150, 151, 151, 152, 152, 152]);
        const leftAt: number[] = [];
        found.onComparison = () => leftAt.push(streams.readings.get("AGENTESE_MIRROR")!.length);
        await failsBack();
        expect(leftAt.at(-1)).toBe(0);
    });
});

describe("rebuildMirror", () => {
    const removals = () => streams.calls.filter((call) => call.startsWith("remove"));

    it("deletes the parked standby stream between two proofs, and the second mirror after the last one", async () => {
        streams.put(origin, 150);
        streams.put(parked({ ...mirror, mirror: undefined }, dr, stream), 150);
        expect(await rebuildMirror(streams.api, kgents, stream, once)).toEqual({
            stream: "AGENTESE_MIRROR",
            compared: 150,
        });
        expect(streams.calls).toEqual([
            "create AGENTESE_MIRROR_TMP",
            "remove AGENTESE_MIRROR",
            "create AGENTESE_MIRROR",
            "remove AGENTESE_MIRROR_TMP",
        ]);
    });

    it("deletes nothing but the second mirror while a single message of that one differs", async () => {
        streams.put(origin, 150);
        streams.put(parked({ ...mirror, mirror: undefined }, dr, stream), 150);
        found.different = { AGENTESE_MIRROR_TMP: [7] };
        await expect(rebuildMirror(streams.api, kgents, stream, once)).rejects.toThrow(
            "AGENTESE_MIRROR_TMP was of another AGENTESE: it is made again",
        );
        expect(removals()).toEqual(["remove AGENTESE_MIRROR_TMP"]);
    });

    it("keeps the second mirror, the only proven copy, while a single message of the new one differs", async () => {
        streams.put(origin, 150);
        streams.put(parked({ ...mirror, mirror: undefined }, dr, stream), 150);
        found.different = { AGENTESE_MIRROR: [7] };
        await expect(rebuildMirror(streams.api, kgents, stream, once)).rejects.toThrow(
            "1 of 150 messages differ, the first at 7",
        );
        expect(removals()).toEqual(["remove AGENTESE_MIRROR"]);
        expect(streams.config("AGENTESE_MIRROR_TMP")).toBeDefined();
    });

    it.each<[string, { discard?: number }, string]>([
        ["without a word on what may be discarded", {}, "AGENTESE_MIRROR differs from AGENTESE; it stays as it is"],
        [
            "where fewer messages may be discarded than only it has",
            { discard: 0 },
            "AGENTESE_MIRROR holds 1 messages that AGENTESE lacks, and 0 are to be discarded; it stays as it is",
        ],
    ])("leaves a mirror that differs as it is %s", async (_what, options, reason) => {
        streams.put(origin, 150);
        streams.put(mirror, 150);
        found.different = { AGENTESE_MIRROR: [7] };
        await expect(rebuildMirror(streams.api, kgents, stream, { ...once, ...options })).rejects.toThrow(reason);
        expect(streams.calls).toEqual([]);
    });

    it("discards as many as were said", async () => {
        streams.put(origin, 150);
        streams.put(mirror, 150);
        found.different = { AGENTESE_MIRROR: [7] };
        const answer = rebuildMirror(streams.api, kgents, stream, {
            ...once,
            discard: 1,
            onStep: (step) => step === "the mirror is made" && (found.different = {}),
        });
        expect(await answer).toEqual({ stream: "AGENTESE_MIRROR", compared: 150 });
    });
});
