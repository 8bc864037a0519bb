import { describe, expect, it } from "vitest";
import { mirrorStream, originStream } from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { isSilent, mayBeElecting, surveyPatiently, type PatienceOptions } from "./patientSurvey";
import type { StreamApi, StreamInfo } from "./streamApi";

const stream = kgents.streams[0] as StreamProfile;
const origin = {
    config: originStream(kgents, stream),
    state: { messages: 9, first_seq: 1, last_seq: 9 },
} as StreamInfo;
const mirrorHeard = (secondsAgo: number) =>
    ({
        config: mirrorStream(kgents, stream),
        state: { messages: 9, first_seq: 1, last_seq: 9 },
        mirror: { name: stream.name, active: secondsAgo * 1e9 },
    }) as StreamInfo;

/** An API whose origin is silent for that many looks. */
function apiOf(silentLooks: number, mirror: StreamInfo) {
    let looks = 0;
    const info = async (name: string) => {
        if (name === stream.mirror) return mirror;
        if (looks++ < silentLooks) throw new Error("timeout");
        return origin;
    };
    return { api: { info } as unknown as StreamApi, looks: () => looks };
}

const survey = async (api: StreamApi, options: Partial<PatienceOptions> = {}) =>
    (
        await surveyPatiently(api, kgents, [stream], { unsettled: mayBeElecting, everyMs: 1, seconds: 60, ...options })
    )[0]!;

describe("a survey before something is decided", () => {
    it("takes an origin that elects a leader for what it is once it has one, and tells of the wait once", async () => {
        const { api, looks } = apiOf(3, mirrorHeard(1));
        const told: (readonly string[])[] = [];
        expect((await survey(api, { onSilence: (names) => void told.push(names) })).origin.duty).toBe("takes writes");
        expect(looks()).toBe(4);
        expect(told).toEqual([[stream.name]]);
    });

    it("believes a silence that lasts", async () => {
        const { api } = apiOf(Number.POSITIVE_INFINITY, mirrorHeard(1));
        expect((await survey(api, { seconds: 0.05 })).origin.duty).toBe("no answer");
    });

    it("waits for no origin that its mirror has not heard for longer than elections last: a lost region costs no time", async () => {
        const { api, looks } = apiOf(Number.POSITIVE_INFINITY, mirrorHeard(40));
        expect((await survey(api)).origin.duty).toBe("no answer");
        expect(looks()).toBe(1);
    });

    it("asks every silent one again where an answer is needed to go on", async () => {
        const { api, looks } = apiOf(2, mirrorHeard(40));
        expect((await survey(api, { unsettled: isSilent })).origin.duty).toBe("takes writes");
        expect(looks()).toBe(3);
    });

    it("looks once where all answer", async () => {
        const { api, looks } = apiOf(0, mirrorHeard(1));
        await survey(api);
        expect(looks()).toBe(1);
    });
});
