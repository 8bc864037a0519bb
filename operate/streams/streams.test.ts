import { beforeEach, describe, expect, it } from "vitest";
import { isParked, isWritable, mirrorStream, originStream, parked, type StreamConfig } from "../../components/nats/natsStreamConfig";
import { kgents, type StreamProfile } from "../../infra/profile";
import { failback, rebuildMirror } from "./failback";
import { fenceOrigin } from "./fence";
import { lastMirroredKey, lastMirroredOf, promote } from "./promote";
import type { StreamApi, StreamInfo } from "./streamApi";

const stream = kgents.streams[0] as StreamProfile;
const { primary, dr } = kgents.regions;
const origin = originStream(kgents, stream);
const mirror = mirrorStream(kgents, stream);
const once = { seconds: 0, settleMs: 0 };

/** The streams of a meta group with a leader, in memory. Real servers walk the same steps in streams.drill.test.ts. */
class FakeStreams {
    readonly held = new Map<string, { config: StreamConfig; lastSeq: number }>();
    readonly calls: string[] = [];
    /** Streams whose region is lost: they do not answer, updates to them may still be carried out. */
    readonly offline = new Set<string>();

    put(config: StreamConfig, lastSeq: number): void {
        this.held.set(config.name, { config, lastSeq });
    }

    config(name: string): StreamConfig | undefined {
        return this.held.get(name)?.config;
    }

    readonly api = {
        info: async (name: string): Promise<StreamInfo | undefined> => {
            if (this.offline.has(name)) throw new Error("timeout");
            const found = this.held.get(name);
            return found && { config: found.config, state: { messages: found.lastSeq, first_seq: 1, last_seq: found.lastSeq } };
        },
        existing: async (name: string) => {
            const info = await this.api.info(name);
            if (!info) throw new Error(`stream ${name} does not exist`);
            return info;
        },
        update: async (config: StreamConfig) => {
            this.calls.push(`update ${config.name}: ${config.subjects?.join(" ")}`);
            const found = this.held.get(config.name);
            this.put(config, found?.lastSeq ?? 0);
            if (this.offline.has(config.name)) throw new Error("timeout");
        },
        remove: async (name: string) => {
            this.calls.push(`remove ${name}`);
            this.held.delete(name);
        },
    } as unknown as StreamApi;
}

let streams: FakeStreams;
beforeEach(() => {
    streams = new FakeStreams();
    streams.put(origin, 100);
    streams.put(mirror, 98);
});

describe("promote", () => {
    it("parks the mirror, and gives it its subjects once its last sequence stands still", async () => {
        const steps: string[] = [];
        expect(await promote(streams.api, kgents, stream, { ...once, onStep: (step) => void steps.push(step) })).toEqual({ stream: "AGENTESE_MIRROR", lastMirrored: 98 });
        expect(streams.calls).toEqual(["update AGENTESE_MIRROR: parked.AGENTESE_MIRROR", "update AGENTESE_MIRROR: usw2.agentese.>"]);
        expect(steps).toEqual(["it stops being a mirror", "it takes its subjects"]);
        expect(streams.config("AGENTESE_MIRROR")?.metadata).toEqual({ [lastMirroredKey]: "98" });
    });

    it("changes nothing when it is run again", async () => {
        await promote(streams.api, kgents, stream, once);
        const calls = [...streams.calls];
        expect(await promote(streams.api, kgents, stream, once)).toEqual({ stream: "AGENTESE_MIRROR", lastMirrored: 98 });
        expect(streams.calls).toEqual(calls);
    });

    it("keeps where the standby's own messages begin, when a failback is given up halfway", async () => {
        await promote(streams.api, kgents, stream, once);
        streams.put(parked(streams.config("AGENTESE_MIRROR")!, dr, stream), 150);
        expect(await promote(streams.api, kgents, stream, once)).toMatchObject({ lastMirrored: 98 });
    });

    it("leaves a stream alone that somebody changed", async () => {
        streams.put({ ...mirror, mirror: undefined, subjects: ["other"] }, 98);
        await expect(promote(streams.api, kgents, stream, once)).rejects.toThrow("AGENTESE_MIRROR is neither a mirror nor parked; its subjects are other");
        expect(streams.calls).toEqual([]);
    });

    it("does not guess where a stream's own messages begin that was promoted by hand", () => {
        expect(() => lastMirroredOf({ ...origin, name: "AGENTESE_MIRROR" })).toThrow(`its metadata lacks ${lastMirroredKey}`);
    });
});

describe("fenceOrigin", () => {
    it("goes on through the region's return, until the stream itself says that it is parked", async () => {
        streams.offline.add("AGENTESE");
        const refusals: string[] = [];
        const fence = await fenceOrigin(streams.api, kgents, stream, {
            everyMs: 1,
            onRefusal: (reason) => {
                if (refusals.push(reason) === 3) streams.offline.clear();
            },
        });
        expect(fence).toEqual({ stream: "AGENTESE", outcome: "parked", refusals: 3 });
        expect(isParked(streams.config("AGENTESE")!)).toBe(true);
    });

    it("needs nothing where the origin is parked or gone", async () => {
        streams.put(parked(origin, primary, stream), 100);
        expect(await fenceOrigin(streams.api, kgents, stream, once)).toMatchObject({ outcome: "parked", refusals: 0 });
        streams.held.delete("AGENTESE");
        expect(await fenceOrigin(streams.api, kgents, stream, once)).toMatchObject({ outcome: "absent" });
        expect(streams.calls).toEqual([]);
    });
});

describe("failback", () => {
    it("is only from a promoted standby to a parked origin", async () => {
        await expect(failback(streams.api, kgents, stream, once)).rejects.toThrow("AGENTESE_MIRROR is a mirror still: there is nothing to fail back");
        await promote(streams.api, kgents, stream, once);
        await expect(failback(streams.api, kgents, stream, once)).rejects.toThrow("AGENTESE takes use1.agentese.>: fence it first");
        expect(isWritable(streams.config("AGENTESE")!, primary, stream)).toBe(true);
    });
});

describe("rebuildMirror", () => {
    it("never deletes the stream that takes the writes, nor one that may be the only copy", async () => {
        await promote(streams.api, kgents, stream, once);
        await expect(rebuildMirror(streams.api, kgents, stream, once)).rejects.toThrow("AGENTESE_MIRROR takes writes: fail back first");
        streams.put(parked(streams.config("AGENTESE_MIRROR")!, dr, stream), 150);
        streams.put({ ...parked(origin, primary, stream), sources: [{ name: "AGENTESE_MIRROR", opt_start_seq: 99 }] }, 110);
        await expect(rebuildMirror(streams.api, kgents, stream, once)).rejects.toThrow("AGENTESE takes no writes: finish the failback first");
        expect(streams.calls.filter((call) => call.startsWith("remove"))).toEqual([]);
    });
});
