import { beforeEach, describe, expect, it } from "vitest";
import { isParked, isWritable, mirrorStream, originStream, parked } from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { failback, rebuildMirror } from "./failback";
import { fenceOrigin } from "./fence";
import { lastMirroredKey, lastMirroredOf, promote } from "./promote";
import { FakeStreams } from "./testing/fakeStreams";

const stream = kgents.streams[0] as StreamProfile;
const { primary, dr } = kgents.regions;
const origin = originStream(kgents, stream);
const mirror = mirrorStream(kgents, stream);
const once = { seconds: 0, settleMs: 0 };

let streams: FakeStreams;
beforeEach(() => {
    streams = new FakeStreams();
    streams.put(origin, 100);
    streams.put(mirror, 98);
});

describe("promote", () => {
    it("parks the mirror, and gives it its subjects once its last sequence stands still", async () => {
        const steps: string[] = [];
        expect(
            await promote(streams.api, kgents, stream, { ...once, onStep: (step) => void steps.push(step) }),
        ).toEqual({ stream: "AGENTESE_MIRROR", lastMirrored: 98 });
        expect(streams.calls).toEqual([
            "update AGENTESE_MIRROR: parked.AGENTESE_MIRROR",
            "update AGENTESE_MIRROR: usw2.agentese.>",
        ]);
        expect(steps).toEqual(["it stops being a mirror", "it takes its subjects"]);
        expect(streams.config("AGENTESE_MIRROR")?.metadata).toEqual({ [lastMirroredKey]: "98" });
    });

    it("takes the sequence where three readings agree: what was on its way when the mirror ended is the origin's", async () => {
        // The first two readings are of the settings.
        streams.readings.set("AGENTESE_MIRROR", [97, 97, 98, 98, 99, 99, 99]);
        expect(await promote(streams.api, kgents, stream, once)).toMatchObject({ lastMirrored: 99 });
        expect(streams.config("AGENTESE_MIRROR")?.metadata).toEqual({ [lastMirroredKey]: "99" });
    });

    it("gives the stream what its origin accepts and keeps", async () => {
        const settings = {
            ...origin,
            allow_msg_ttl: true,
            max_age: 300_000_000_000,
            duplicate_window: 120_000_000_000,
        };
        await promote(streams.api, kgents, stream, { ...once, origin: settings });
        expect(streams.config("AGENTESE_MIRROR")).toMatchObject({
            name: "AGENTESE_MIRROR",
            placement: mirror.placement,
            subjects: ["usw2.agentese.>"],
            allow_msg_ttl: true,
            max_age: 300_000_000_000,
            duplicate_window: 120_000_000_000,
        });
    });

    it("changes nothing when it is run again", async () => {
        await promote(streams.api, kgents, stream, once);
        const calls = [...streams.calls];
        expect(await promote(streams.api, kgents, stream, once)).toEqual({
            stream: "AGENTESE_MIRROR",
            lastMirrored: 98,
        });
        expect(streams.calls).toEqual(calls);
    });

    it("keeps where the standby's own messages begin, when a failback is given up halfway", async () => {
        await promote(streams.api, kgents, stream, once);
        streams.put(parked(streams.config("AGENTESE_MIRROR")!, dr, stream), 150);
        streams.put(parked(origin, primary, stream), 98);
        expect(await promote(streams.api, kgents, stream, once)).toMatchObject({ lastMirrored: 98 });
    });

    it("opens no parked standby beside an origin that has the writes again", async () => {
        await promote(streams.api, kgents, stream, once);
        streams.put(parked(streams.config("AGENTESE_MIRROR")!, dr, stream), 150);
        await expect(promote(streams.api, kgents, stream, once)).rejects.toThrow(
            "AGENTESE takes writes: a failback has ended. Run streams rebuild-mirror",
        );
    });

    it("leaves a stream alone that somebody changed", async () => {
        streams.put({ ...mirror, mirror: undefined, subjects: ["other"] }, 98);
        await expect(promote(streams.api, kgents, stream, once)).rejects.toThrow(
            "AGENTESE_MIRROR is neither a mirror nor parked; its subjects are other",
        );
        expect(streams.calls).toEqual([]);
    });

    it("does not guess where a stream's own messages begin that was promoted by hand", () => {
        expect(() => lastMirroredOf({ ...origin, name: "AGENTESE_MIRROR" })).toThrow(
            `its metadata lacks ${lastMirroredKey}`,
        );
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

    it("asks again where the answer was yes and the stream is what it was", async () => {
        streams.ignored.set("AGENTESE", 2);
        expect(await fenceOrigin(streams.api, kgents, stream, { everyMs: 1, seconds: 60 })).toEqual({
            stream: "AGENTESE",
            outcome: "parked",
            refusals: 3,
        });
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
        await expect(failback(streams.api, kgents, stream, once)).rejects.toThrow(
            "AGENTESE_MIRROR is a mirror still: there is nothing to fail back",
        );
        await promote(streams.api, kgents, stream, once);
        await expect(failback(streams.api, kgents, stream, once)).rejects.toThrow(
            "AGENTESE takes use1.agentese.>: fence it first",
        );
        expect(isWritable(streams.config("AGENTESE")!, primary, stream)).toBe(true);
    });
});

describe("rebuildMirror", () => {
    it("never deletes the stream that takes the writes, nor one that may be the only copy", async () => {
        await promote(streams.api, kgents, stream, once);
        await expect(rebuildMirror(streams.api, kgents, stream, once)).rejects.toThrow(
            "AGENTESE_MIRROR takes writes: fail back first",
        );
        streams.put(parked(streams.config("AGENTESE_MIRROR")!, dr, stream), 150);
        streams.put(
            { ...parked(origin, primary, stream), sources: [{ name: "AGENTESE_MIRROR", opt_start_seq: 99 }] },
            110,
        );
        await expect(rebuildMirror(streams.api, kgents, stream, once)).rejects.toThrow(
            "AGENTESE takes no writes: finish the failback first",
        );
        expect(streams.calls.filter((call) => call.startsWith("remove"))).toEqual([]);
    });
});
