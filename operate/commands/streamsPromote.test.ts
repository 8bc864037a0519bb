import { describe, expect, it } from "vitest";
import {
    isWritable,
    mirrorStream,
    originStream,
    parked,
    type StreamConfig,
} from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import type { StreamApi } from "../streams/streamApi";
import { caughtUp } from "./streamsPromote";

const stream = kgents.streams[0] as StreamProfile;
const { primary } = kgents.regions;

/** A parked origin at 9 and a mirror at `mirrorAt`; both are silent for that many calls. */
function apiOf(mirrorAt: number, silentCalls = 0) {
    let calls = 0;
    const updates: StreamConfig[] = [];
    const existing = async (name: string) => {
        if (calls++ < silentCalls) throw new Error("timeout");
        const config =
            name === stream.mirror
                ? mirrorStream(kgents, stream)
                : parked(originStream(kgents, stream), primary, stream);
        return { config, state: { last_seq: name === stream.mirror ? mirrorAt : 9 } };
    };
    const update = async (config: StreamConfig) => void updates.push(config);
    return { api: { existing, update } as unknown as StreamApi, updates };
}

describe("a planned promotion, once its origin is parked", () => {
    it("goes on when the mirror has the rest, though nobody answered for a moment", async () => {
        const { api, updates } = apiOf(9, 3);
        await caughtUp(api, kgents, stream);
        expect(updates).toEqual([]);
    });

    it("lets the origin take writes again where the mirror does not follow, and says so", async () => {
        const { api, updates } = apiOf(7);
        await expect(caughtUp(api, kgents, stream, undefined, 0)).rejects.toThrow(
            /AGENTESE_MIRROR is at 7 of 9\. So it is not promoted, and AGENTESE takes writes again/,
        );
        expect(updates.map((config) => isWritable(config, primary, stream))).toEqual([true]);
    });
});
