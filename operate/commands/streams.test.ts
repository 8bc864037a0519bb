import { describe, expect, it } from "vitest";
import { originStream, parked } from "../../components/nats/natsStreamConfig";
import type { StreamConfig } from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import type { CommonPart, OriginTail } from "../streams/originTail";
import { unheardText, type StreamPair, type StreamStanding } from "../streams/survey";
import { UsageError } from "./command";
import { exportRefusals } from "./streamsDurables";
import { failbackRefusals } from "./streamsFailback";
import { requireDecision } from "./decide";
import { forEachStream, progressOf, selectedStreams, wholeNumber } from "./session";
import { allRefusals, promotionRefusals } from "./streamsPromote";
import { rebuildRefusals } from "./streamsRebuildMirror";
import { retrofitRefusals, retrofitStage } from "./streamsRetrofit";
import { renderStatus, streamsStatusOf } from "./streamsStatus";
import { renderTail, tailRefusals } from "./streamsTail";

const stream = kgents.streams[0] as StreamProfile;

function pairOf(
    origin: Partial<StreamStanding>,
    standby: Partial<StreamStanding>,
    extra: Partial<StreamPair> = {},
): StreamPair {
    return {
        stream,
        origin: {
            name: "AGENTESE",
            duty: "takes writes",
            cluster: "nats",
            inStep: { servers: 3, of: 3 },
            lastSeq: 1234567,
            ...origin,
        },
        standby: {
            name: "AGENTESE_MIRROR",
            duty: "mirror",
            cluster: "usw2",
            inStep: { servers: 3, of: 3 },
            lastSeq: 1234560,
            ...standby,
        },
        lag: { heardAgo: 0.4, messages: 7, age: 0.2 },
        obstacles: [],
        writes: "origin",
        findings: [],
        ...extra,
    };
}

describe("a stream whose settings stand in the way", () => {
    const workQueue = { name: "AGENTESE", retention: "workqueue" } as unknown as StreamConfig;
    const obstacles = ["AGENTESE has retention"];

    it("is not moved by plan", () => {
        expect(promotionRefusals(pairOf({}, {}, { obstacles }), { planned: true })).toEqual(obstacles);
    });

    it("is promoted in an incident all the same: a person decides", () => {
        expect(promotionRefusals(pairOf({ duty: "no answer" }, {}, { obstacles }), {})).toEqual([]);
    });

    it("is not failed back: the standby stays open", () => {
        const pair = pairOf({ duty: "parked", settings: workQueue }, { duty: "takes writes", lastMirrored: 5 });
        expect(failbackRefusals(pair)).toEqual([expect.stringMatching(/^AGENTESE has retention "workqueue"/)]);
        expect(failbackRefusals({ ...pair, origin: { ...pair.origin, settings: undefined } })).toEqual([]);
    });
});

describe("a standby that is full", () => {
    const full = ["usw2-nats-0 is full: it holds 20.0 GiB of 20.0 GiB (max_file_store), and stores no message more"];
    const unheard = { lag: { messages: 15, age: 24 }, findings: ["AGENTESE_MIRROR: 0 of 3 servers in step"] };
    const pair = pairOf({}, {}, unheard);
    const stalled = { ...pair, findings: [...pair.findings, unheardText(pair)] };

    it("is not moved to by plan, whichever stream is asked for", () => {
        expect(allRefusals([pairOf({}, {})], { planned: true }, full)).toEqual([
            ...full,
            expect.stringMatching(/^A stream that is promoted there takes no writes\. Make room first/),
        ]);
    });

    it("is no reason against a promotion in an incident, nor for what is promoted already: a person decides", () => {
        expect(allRefusals([pairOf({ duty: "no answer", reason: "timeout" }, {})], {}, full)).toEqual([]);
        expect(allRefusals([pairOf({}, { duty: "takes writes" })], { planned: true }, full)).toEqual([]);
    });

    it("is called full by status, and its mirrors are not called cut off", () => {
        const room = { standbyFull: full, findings: full };
        expect(streamsStatusOf(kgents, [stalled], undefined, { room })).toMatchObject({
            well: false,
            findings: [
                ...full,
                "AGENTESE_MIRROR: 0 of 3 servers in step",
                "AGENTESE_MIRROR stores nothing more: the standby is full",
            ],
        });
        const [, mirror] = renderStatus(streamsStatusOf(kgents, [stalled], undefined, { room }), kgents).slice(1);
        expect(mirror).toMatch(/AGENTESE_MIRROR .* 15, 24 s +not now/);
    });

    it("may be it, by a status that cannot ask the servers", () => {
        expect(streamsStatusOf(kgents, [stalled], undefined).findings).toContain(
            "AGENTESE_MIRROR has no connection to AGENTESE: its link is dead, or its servers are full",
        );
    });
});

describe("a promotion", () => {
    const lost = { duty: "no answer", reason: "timeout" } as const;

    it.each([
        ["the region is lost", pairOf(lost, {}), {}],
        ["the writes are to move by plan", pairOf({}, {}), { planned: true }],
        ["it is done already", pairOf(lost, { duty: "takes writes", lastMirrored: 5 }), {}],
        ["it stopped halfway", pairOf(lost, { duty: "parked" }), {}],
        ["a failback is given up", pairOf(lost, { duty: "parked", lastMirrored: 5 }), { reopen: true }],
        ["the origin is parked already", pairOf({ duty: "parked" }, {}), {}],
    ] as const)("goes on where %s", (_where, pair, options) => {
        expect(promotionRefusals(pair, options)).toEqual([]);
    });

    it.each([
        [
            "the origin answers",
            pairOf({}, {}),
            {},
            "AGENTESE answers from cluster nats and takes writes: its region is not lost.",
        ],
        [
            "there is no mirror",
            pairOf(lost, { duty: "absent" }),
            {},
            "AGENTESE_MIRROR does not exist: there is nothing to promote.",
        ],
        [
            "the standby does not answer",
            pairOf(lost, lost),
            {},
            "AGENTESE_MIRROR does not answer (timeout). Is NATS_URL the standby's",
        ],
        ["somebody changed the standby", pairOf(lost, { duty: "other subjects" }), {}, "it was changed by hand"],
        [
            "a failback parked the standby",
            pairOf(lost, { duty: "parked", lastMirrored: 5 }),
            {},
            "was parked by a failback. If that never came to its end, add --reopen",
        ],
        [
            "the mirror diverged",
            pairOf({}, {}, { divergence: { seq: 23, sampled: 30 } }),
            { planned: true },
            "AGENTESE_MIRROR is no copy of AGENTESE (streams status)",
        ],
        [
            "the mirror is ahead",
            pairOf({}, {}, { lag: { heardAgo: 0.4, messages: -10, age: 0 } }),
            { planned: true },
            "Run streams rebuild-mirror first",
        ],
        [
            "the writes went back",
            pairOf({}, { duty: "parked", lastMirrored: 5 }),
            { reopen: true, planned: true },
            "Run streams rebuild-mirror",
        ],
    ] as const)("is refused where %s", (_where, pair, options, message) => {
        expect(promotionRefusals(pair, options).join()).toContain(message);
    });
});

describe("a promotion of several streams", () => {
    it("names those that could be promoted alone, where another one cannot", () => {
        const other = { ...pairOf({}, { duty: "absent" }), stream: kgents.streams[1] as StreamProfile };
        const refusals = allRefusals([pairOf({ duty: "no answer", reason: "timeout" }, {}), other], {});
        expect(refusals.at(-1)).toBe("Nothing stands against the others, alone: --stream AGENTESE");
        expect(allRefusals([other], {})).toHaveLength(1);
    });
});

describe("an export of the durables", () => {
    it("is of origins at work only, so that the file of the day is not replaced by one of a parked or lost origin", () => {
        expect(exportRefusals(pairOf({}, {}))).toEqual([]);
        expect(exportRefusals(pairOf({ duty: "parked" }, {}))).toEqual([
            "AGENTESE takes no writes (parked); the file stays as it is",
        ]);
        expect(exportRefusals(pairOf({ duty: "no answer", reason: "timeout" }, {})).join()).toContain(
            "(no answer: timeout)",
        );
    });
});

describe("the way back", () => {
    const promoted = { duty: "takes writes", lastMirrored: 5 } as const;
    const parkedOrigin = { duty: "parked" } as const;

    it("is open from a parked origin to a promoted standby, and from a failback that stopped halfway", () => {
        expect(failbackRefusals(pairOf(parkedOrigin, promoted))).toEqual([]);
        expect(failbackRefusals(pairOf(parkedOrigin, { duty: "parked", lastMirrored: 5 }))).toEqual([]);
    });

    it.each([
        [
            "an origin that takes writes",
            pairOf({}, promoted),
            "AGENTESE is not fenced: it takes writes beside AGENTESE_MIRROR. Run streams fence",
        ],
        [
            "a region that is not back",
            pairOf({ duty: "no answer", reason: "timeout" }, promoted),
            "its region is not back yet (timeout)",
        ],
        ["an origin that is gone", pairOf({ duty: "absent" }, promoted), "AGENTESE does not exist"],
        ["a mirror", pairOf({}, {}), "it is not promoted"],
        ["a promotion that stopped halfway", pairOf(parkedOrigin, { duty: "parked" }), "its promotion stopped halfway"],
    ] as const)("is closed for %s", (_what, pair, message) => {
        expect(failbackRefusals(pair).join()).toContain(message);
    });

    it("lists a tail of an origin that is not fenced as well", () => {
        expect(tailRefusals(pairOf({}, promoted))).toEqual([]);
    });

    it("rebuilds no mirror over what may be the only copy", () => {
        expect(rebuildRefusals(pairOf({}, { duty: "parked" }))).toEqual([]);
        expect(rebuildRefusals(pairOf({}, { duty: "absent" }))).toEqual([]);
        expect(rebuildRefusals(pairOf({}, promoted)).join()).toContain("takes writes: streams failback first");
        expect(rebuildRefusals(pairOf(parkedOrigin, { duty: "parked" })).join()).toContain("may be the only copy");
    });
});

describe("streams status", () => {
    const meta = { size: 7, leader: "nats-1", offline: [], answered: ["a", "b", "c", "d", "e", "f", "g"] };

    it("is a table of 80 columns", () => {
        const lines = renderStatus(streamsStatusOf(kgents, [pairOf({}, {})], meta), kgents);
        expect(lines).toEqual([
            "stream           cluster  does          in step  last seq  behind    heard",
            "AGENTESE         nats     takes writes  3 of 3    1234567",
            "AGENTESE_MIRROR  usw2     mirror        3 of 3    1234560  7, 0.2 s  0.4 s",
            "",
            "writes: AGENTESE by AGENTESE",
            "behind: messages that the mirror lacks and the age of the oldest, at most 3 min",
            "by contract; heard: time since it last heard from its origin",
            "meta group: 7 voters of 7, led by nats-1, 7 answered",
            "",
            "All is well.",
        ]);
    });

    it("is not well where a stream or the meta group is to be looked at", () => {
        const of = (found: string[], group: Parameters<typeof streamsStatusOf>[2]) =>
            streamsStatusOf(kgents, [pairOf({}, {}, { findings: found })], group);
        expect(of([], undefined)).toMatchObject({ well: true, meta: null });
        expect(of(["it is late"], meta)).toMatchObject({ well: false, findings: ["it is late"] });
        expect(of([], null).findings).toEqual(["no server answered the system account"]);
        expect(of([], { size: 6, offline: ["nats-0"], answered: [] }).findings).toEqual([
            "the meta group has no leader: no stream can be made, changed or promoted",
            "the meta group has 6 voters; 7 belong to it",
            "offline: nats-0",
        ]);
    });
});

describe("streams tail", () => {
    const tail: OriginTail = {
        stream: "AGENTESE",
        lastMirrored: 100,
        standbyOwn: 4,
        messages: 3,
        sentAgain: 1,
    };
    const shown = [101, 102].map((seq) => ({
        seq,
        id: `m-${seq}`,
        subject: "agentese.x",
        time: new Date("2026-01-31T03:00:00Z"),
        sentAgain: seq === 102,
    }));
    const equal: CommonPart = { stream: "AGENTESE", compared: 100, different: 0, originLost: 0 };

    it("lists messages, and says how many it leaves out", () => {
        expect(renderTail(tail, equal, shown)).toEqual([
            "AGENTESE: 3 messages after 100 that the standby did not have, 1 of them sent",
            "  again to it; the standby took 4 itself.",
            "  seq  id     subject     stored (UTC)  sent again",
            "  101  m-101  agentese.x  03:00:00.000  no",
            "  102  m-102  agentese.x  03:00:00.000  yes",
            "  … and 1 more: --limit, or --file for all",
            "AGENTESE: equal up to the takeover, 100 messages compared.",
            "",
        ]);
    });

    it("warns of an origin that came back with less, or with something else", () => {
        const text = renderTail(tail, { ...equal, different: 2, firstDifferent: 7, originLost: 3 }, [])
            .join(" ")
            .replace(/\s+/g, " ");
        expect(text).toContain(
            "NOT what was mirrored: it lost its last 3 mirrored messages. 2 of 100 messages differ, the first at 7. Do not fail back",
        );
    });
});

describe("streams retrofit", () => {
    const done = originStream(kgents, stream);
    const plain = { ...done, subjects: [stream.subject], subject_transform: undefined };

    it("knows how far a stream is", () => {
        expect(retrofitStage(plain, kgents, stream)).toBe("client subjects");
        expect(retrofitStage({ ...done, subjects: [stream.subject, "use1.agentese.>"] }, kgents, stream)).toBe("both");
        expect(retrofitStage(done, kgents, stream)).toBe("done");
    });

    it("has a stream that is through follow the setting on core subscribers, in both directions", () => {
        const silent = { ...stream, republish: false };
        expect(retrofitStage(done, kgents, silent)).toBe("republish");
        expect(retrofitStage(originStream(kgents, silent), kgents, silent)).toBe("done");
        expect(retrofitStage(originStream(kgents, silent), kgents, stream)).toBe("republish");
    });

    it("refuses a stream that it would take subjects from, and one that is not at work", () => {
        expect(retrofitRefusals(plain, kgents, stream)).toEqual([]);
        expect(retrofitRefusals(done, kgents, stream)).toEqual([]);
        expect(retrofitRefusals({ ...plain, subjects: ["agentese.>", "old.>"] }, kgents, stream).join()).toContain(
            "AGENTESE takes old.>; the profile knows",
        );
        expect(retrofitRefusals(parked(done, kgents.regions.primary, stream), kgents, stream).join()).toContain(
            "is parked",
        );
        expect(retrofitRefusals({ ...plain, mirror: { name: "X" } }, kgents, stream).join()).toContain(
            "is a mirror of X",
        );
        expect(
            retrofitRefusals({ ...plain, subject_transform: { src: "a.>", dest: "b.>" } }, kgents, stream).join(),
        ).toContain("transforms a.> to b.> already");
    });
});

describe("what all stream commands share", () => {
    it("takes a stream by its name or its mirror's, and all without a name", () => {
        const names = (stream?: string[]) =>
            selectedStreams({ profile: kgents, options: { stream } }).map(({ name }) => name);
        expect(names()).toEqual(["AGENTESE", "EVENTS"]);
        expect(names(["EVENTS_MIRROR", "EVENTS"])).toEqual(["EVENTS"]);
        expect(() => names(["FOO"])).toThrow(
            '--stream is "FOO"; allowed: AGENTESE (or AGENTESE_MIRROR), EVENTS (or EVENTS_MIRROR). Leave it out for all.',
        );
    });

    it.each(["0", "-1", "1.5", "many", "12345678901"])("refuses %s where a whole number is wanted", (value) => {
        expect(() => wholeNumber({ limit: value }, "limit", 20)).toThrow(
            `--limit is "${value}"; allowed: a whole number from 1.`,
        );
    });

    it("asks for a word, and takes no other", async () => {
        const context = { options: {}, ask: async () => "promote\n" } as unknown as Parameters<
            typeof requireDecision
        >[0];
        await requireDecision(context, "streams promote", "promote");
        await expect(
            requireDecision({ ...context, ask: async () => "yes" }, "streams promote", "promote"),
        ).rejects.toThrow(UsageError);
        await expect(requireDecision({ ...context, ask: undefined }, "streams promote", "promote")).rejects.toThrow(
            "there is no terminal to ask on; add --yes",
        );
    });

    it("lets the other streams end when one fails, and names every failure", async () => {
        const ended: string[] = [];
        const work = async ({ name }: StreamProfile) => {
            if (name === "AGENTESE") throw new Error("AGENTESE failed");
            await Promise.resolve();
            ended.push(name);
        };
        await expect(forEachStream(kgents.streams, new AbortController().signal, work)).rejects.toThrow(
            "AGENTESE failed",
        );
        expect(ended).toEqual(["EVENTS"]);
    });

    it("tells a step at once, and why it waits only after a while", () => {
        const lines: string[] = [];
        const { onStep, onRefusal } = progressOf({ note: (line) => void lines.push(line) }, "EVENTS", 0);
        onStep("the origin takes writes");
        onRefusal("not yet");
        expect(lines.map((line) => line.trim())).toEqual([
            "0.0 s  EVENTS: the origin takes writes",
            "0.0 s  EVENTS: waits: not yet",
        ]);
        const quiet = progressOf({ note: (line) => void lines.push(line) }, "EVENTS", 60);
        quiet.onRefusal("not yet");
        expect(lines).toHaveLength(2);
    });
});
