import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mirrorStream, originStream, parked, type StreamConfig } from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { metaGroupOf } from "./metaGroup";
import { lastMirroredKey } from "./promote";
import type { StreamApi, StreamInfo } from "./streamApi";
import { keepsStep, surveyStream, whoTakesWrites } from "./survey";

const stream = kgents.streams[0] as StreamProfile;
const origin = originStream(kgents, stream);
const mirror = mirrorStream(kgents, stream);

function infoOf(config: StreamConfig, lastSeq: number, cluster: string, active?: number): StreamInfo {
    return {
        config,
        state: { messages: lastSeq, first_seq: 1, last_seq: lastSeq },
        cluster: {
            name: cluster,
            leader: "s-0",
            replicas: [
                { name: "s-1", current: true },
                { name: "s-2", current: true },
            ],
        },
        ...(active !== undefined && { mirror: { name: stream.name, active } }),
    };
}

/** The API with two streams; a text instead of one is the reason why it does not answer. */
function apiOf(
    streams: Record<string, StreamInfo | string | undefined>,
    storedAt: Date | ((name: string, seq: number) => Date),
): StreamApi {
    const info = async (name: string) => {
        const found = streams[name];
        if (typeof found === "string") throw new Error(found);
        return found;
    };
    const timeOf = (name: string, seq: number) => (storedAt instanceof Date ? storedAt : storedAt(name, seq));
    const messageAt = async (name: string, seq: number) => ({
        time: timeOf(name, seq).toISOString(),
        subject: "agentese.x",
    });
    return { info, messageAt } as unknown as StreamApi;
}

const survey = (
    first: StreamInfo | string | undefined,
    second: StreamInfo | string | undefined,
    storedAt: Parameters<typeof apiOf>[1] = new Date(),
) => surveyStream(apiOf({ AGENTESE: first, AGENTESE_MIRROR: second }, storedAt), kgents, stream);

describe("the survey of a stream and its mirror", () => {
    // Ages are told to the second: the clock stands still.
    beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
    afterEach(() => void vi.useRealTimers());

    const healthy = infoOf(origin, 100, "nats");

    it("finds nothing in the ordinary layout", async () => {
        const pair = await survey(healthy, infoOf(mirror, 98, "usw2", 4e8), new Date(Date.now() - 2_000));
        expect(pair).toMatchObject({
            writes: "origin",
            findings: [],
            origin: { duty: "takes writes", inStep: { servers: 3, of: 3 } },
            standby: { duty: "mirror" },
        });
        expect(pair.lag).toMatchObject({ heardAgo: 0.4, messages: 2 });
        expect(pair.lag?.age).toBeCloseTo(2, 0);
    });

    it.each([
        [
            "a dead link, which lag does not show",
            healthy,
            infoOf(mirror, 100, "usw2", 40e9),
            "heard from AGENTESE 40 s ago: its link is dead",
        ],
        ["a mirror that never heard", healthy, infoOf(mirror, 0, "usw2", -1), "has never heard from AGENTESE"],
        [
            "a mirror that heard once, and has no connection now",
            healthy,
            infoOf(mirror, 45, "usw2", -1),
            "AGENTESE_MIRROR has no connection to AGENTESE: its link is dead, or its servers are full",
        ],
        [
            "a divergence",
            healthy,
            infoOf(mirror, 120, "usw2", 1e8),
            "AGENTESE_MIRROR has 20 messages more than AGENTESE",
        ],
        [
            "a stream in the wrong cluster",
            infoOf(origin, 100, "usw2"),
            infoOf(mirror, 100, "usw2", 0),
            "AGENTESE is in cluster usw2; it belongs into nats",
        ],
        [
            "a lost region",
            "timeout",
            infoOf(mirror, 100, "usw2", 5e9),
            "AGENTESE does not answer: its region is lost, or has no leader (timeout)",
        ],
        ["a mirror that was never made", healthy, undefined, "AGENTESE_MIRROR does not exist"],
        [
            "two writers",
            healthy,
            infoOf({ ...origin, name: "AGENTESE_MIRROR", subjects: ["usw2.agentese.>"] }, 100, "usw2"),
            "AGENTESE and AGENTESE_MIRROR both take writes",
        ],
        [
            "an origin without its region's subjects",
            infoOf({ ...origin, subjects: ["agentese.>"] }, 100, "nats"),
            infoOf(mirror, 100, "usw2", 0),
            "streams retrofit",
        ],
    ])("finds %s", async (_what, first, second, finding) => {
        expect((await survey(first, second)).findings.join("\n")).toContain(finding);
    });

    it("finds a mirror behind by more than the contract", async () => {
        const pair = await survey(healthy, infoOf(mirror, 50, "usw2", 1e8), new Date(Date.now() - 200_000));
        expect(pair.findings.join()).toContain("is 200 s behind; the contract is 3 min");
    });

    it("finds an origin that was restored under its mirror, though both have as many messages", async () => {
        const restored = (name: string, seq: number) =>
            new Date(Date.UTC(2026, 0, 31, name === "AGENTESE" && seq > 20 && seq <= 80 ? 4 : 3));
        const pair = await survey(healthy, infoOf(mirror, 100, "usw2", 1e8), restored);
        expect(pair.divergence?.seq).toBeGreaterThan(20);
        expect(pair.findings).toEqual([
            expect.stringMatching(
                /^AGENTESE_MIRROR holds another message than AGENTESE at \d\d: they diverged, streams rebuild-mirror$/,
            ),
        ]);
    });

    it("takes for no divergence what came in while both were asked", async () => {
        let asked = 0;
        const api = apiOf({ AGENTESE: healthy, AGENTESE_MIRROR: infoOf(mirror, 103, "usw2", 1e8) }, new Date());
        const info = async (name: string) =>
            name === "AGENTESE" && (asked += 1) > 1 ? infoOf(origin, 105, "nats") : api.info(name);
        expect(await surveyStream({ ...api, info } as StreamApi, kgents, stream)).toMatchObject({
            lag: { messages: 0 },
            findings: [],
        });
    });

    it("knows where a promoted stream's own messages begin", async () => {
        const promoted = { ...parked(mirror, kgents.regions.dr, stream), metadata: { [lastMirroredKey]: "98" } };
        expect((await survey(healthy, infoOf(promoted, 98, "usw2"))).standby).toMatchObject({
            duty: "parked",
            lastMirrored: 98,
        });
    });

    it.each([
        ["a follower that has everything", { current: true, active: 2e8 }, true],
        ["a follower an operation behind a stream that is written to", { current: false, active: 2e8, lag: 1 }, true],
        ["a follower far behind", { current: false, active: 2e8, lag: 101 }, false],
        ["a follower that has been silent", { current: false, active: 11e9, lag: 1 }, false],
        ["a follower that is offline", { current: true, offline: true }, false],
        ["a follower of which nothing is known", { current: false }, false],
    ])("knows whether %s keeps step", (_what, replica, keeps) => {
        expect(keepsStep({ name: "s-1", ...replica })).toBe(keeps);
    });

    it("says who takes writes, and where nobody can tell", () => {
        expect(whoTakesWrites("takes writes", "takes writes")).toBe("both");
        expect(whoTakesWrites("no answer", "takes writes")).toBe("standby");
        expect(whoTakesWrites("parked", "parked")).toBe("nobody");
        expect(whoTakesWrites("no answer", "mirror")).toBe("unknown");
    });
});

describe("the meta group", () => {
    const follower = {
        server: { name: "nats-0" },
        data: { meta_cluster: { name: "nats", leader: "usw2-1", cluster_size: 7 } },
    };

    it("is what its leader says", () => {
        const leader = {
            server: { name: "usw2-1" },
            data: {
                meta_cluster: {
                    name: "usw2",
                    leader: "usw2-1",
                    cluster_size: 7,
                    replicas: [{ name: "nats-2", offline: true }],
                },
            },
        };
        expect(metaGroupOf([follower, leader, { server: { name: "no-jetstream" } }])).toEqual({
            size: 7,
            leader: "usw2-1",
            offline: ["nats-2"],
            answered: ["nats-0", "usw2-1"],
        });
    });

    it("has no leader where only followers of a dead one answer", () => {
        expect(metaGroupOf([follower])).toEqual({ size: 7, offline: [], answered: ["nats-0"] });
        expect(metaGroupOf([])).toBeUndefined();
    });
});
