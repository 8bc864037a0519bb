import { describe, expect, it } from "vitest";
import { kgents } from "../../../infra/kgents";
import type { Fence } from "../../../operate/streams/fence";
import type { Positions } from "../../../operate/streams/positions";
import type { Check } from "../../../report/result";
import { accountFor } from "../../../testbed/nats/messageAccount";
import type { StoredMessage } from "../../../testbed/nats/streamReader";
import type { Joined } from "../environments/startSuperCluster";
import { eventSeconds } from "../environments/superCluster";
import { joinChecks } from "./joined";
import { originalLayout } from "./layout";
import { consumersMissNothing, storedAsPublished, storedOnce, unreplicated } from "./messages";
import { originFenced, positionsKept, promotionAccepted, refusesBeforePromotion } from "./takeover";

const names = ["AGENTESE", "EVENTS"] as const;
const durable = "worker";
const subjectOf = (stream: string) => `${stream.toLowerCase()}.rehearsal`;
const idsOf = (stream: string) => [0, 1, 2].map((number) => `${stream}-${number}`);
const storedOf = (stream: string): StoredMessage[] =>
    idsOf(stream).map((id, index) => ({ seq: index + 1, subject: subjectOf(stream), id }));
const passed = { exitCode: 0, output: "" };

/** Every check of the loss of a region, over what a run saw in which nothing went wrong. */
const good = {
    joined: { gates: [passed, passed, passed], streams: [...names], mirrorsJob: passed, mirrorsFollow: true } as Joined,
    refusals: { refused: true, acknowledged: 0 },
    refusal: undefined as string | undefined,
    runs: [passed, { exitCode: 1 }] as readonly { exitCode: number }[],
    fences: names.map((stream): Fence => ({ stream, outcome: "parked", refusals: 1 })) as readonly Fence[] | undefined,
    inOrigin: new Map<string, StoredMessage[]>(names.map((name) => [name, storedOf(name)])),
    received: (stream: string): readonly string[] => idsOf(stream),
    layout: [
        "AGENTESE in use1, takes use1.agentese.>",
        "AGENTESE_MIRROR in usw2, mirror of AGENTESE",
        "DURABLE_POSITIONS in usw2, takes drkit.durable-positions",
        "EVENTS in use1, takes use1.events.>",
        "EVENTS_MIRROR in usw2, mirror of EVENTS",
        "FAILBACK_LEASES in usw2, takes drkit.failback-leases.*",
    ] as readonly string[],
};

const positions = {
    streams: Object.fromEntries(names.map((name) => [name, [{ durable }]])),
} as unknown as Positions;

function judge(found: typeof good): Check[] {
    const publishers = names.map((name) => ({
        acked: new Map(idsOf(name).map((id, index) => [id, 10 + index])),
        begunAt: new Map(idsOf(name).map((id, index) => [id, index])),
    }));
    const accounts = names.map((name, index) =>
        accountFor(publishers[index]!, found.inOrigin.get(name) ?? [], { run: name, subject: subjectOf(name) }),
    );
    return [
        ...joinChecks(found.joined, names),
        refusesBeforePromotion(found.refusals),
        promotionAccepted(found.refusal),
        positionsKept(found.runs, positions, names, durable),
        originFenced(found.fences, names),
        storedOnce("Every acknowledged message is in the origin after the failback, once", accounts),
        consumersMissNothing(
            names.map((name, index) => ({
                publisher: publishers[index]!,
                consumer: { received: new Map(found.received(name).map((id) => [id, 1])) },
            })),
        ),
        originalLayout(kgents, { primary: "use1", dr: "usw2" }, found.layout),
    ];
}

const red = (found: Partial<typeof good>) =>
    judge({ ...good, ...found })
        .filter((check) => !check.passed)
        .map(({ id, actual }) => `${id}: ${actual}`);

/** The origins as they should be, but for one of the two streams. */
const originWith = (change: (stored: StoredMessage[]) => StoredMessage[]) => ({
    inOrigin: new Map([...good.inOrigin, ["EVENTS", change(storedOf("EVENTS"))]]),
});

describe("the verdict on the loss of a region", () => {
    it("finds nothing where nothing went wrong", () => {
        expect(red({})).toEqual([]);
    });

    it.each<[string, Partial<typeof good>, string]>([
        [
            "a stream that the join cost",
            { joined: { ...good.joined, streams: ["AGENTESE"] } },
            "join-keeps-streams: AGENTESE",
        ],
        [
            "a gate that refused",
            {
                joined: {
                    ...good.joined,
                    gates: [passed, passed, { exitCode: 1, output: "stream EVENTS is not there\n" }],
                },
            },
            "gates-pass: passed, passed, stream EVENTS is not there",
        ],
        [
            "a gate that nobody deployed",
            { joined: { ...good.joined, gates: [passed, passed, undefined] } },
            "gates-pass: passed, passed, not deployed",
        ],
        [
            "two gates instead of three",
            { joined: { ...good.joined, gates: [passed, passed] } },
            "gates-pass: passed, passed",
        ],
        [
            "a job that made no mirrors",
            { joined: { ...good.joined, mirrorsJob: { exitCode: 1, output: "" } } },
            "mirrors-created: exit status 1",
        ],
        ["mirrors that stay behind", { joined: { ...good.joined, mirrorsFollow: false } }, "mirrors-follow: behind"],
        [
            "a standby that did not refuse",
            { refusals: { refused: false, acknowledged: 0 } },
            "standby-refuses-before-promotion: not refused, 0 acknowledged",
        ],
        [
            "a standby that acknowledged what it does not keep",
            { refusals: { refused: true, acknowledged: 1 } },
            "standby-refuses-before-promotion: refused, 1 acknowledged",
        ],
        ["a promotion that was refused", { refusal: "no meta leader" }, "promotion-accepted: no meta leader"],
        [
            "a run after the loss that overwrote the positions",
            { runs: [passed, passed] },
            "positions-kept: exit status 0, then exit status 0; AGENTESE: worker, EVENTS: worker",
        ],
        [
            "an origin that was not parked",
            { fences: [good.fences![0]!, { ...good.fences![1]!, outcome: "absent" }] },
            "origin-fenced: parked, absent",
        ],
        [
            "a fence that was not there in time",
            { fences: undefined },
            `origin-fenced: not within ${eventSeconds} s of its return`,
        ],
        [
            "a message that is missing",
            originWith((stored) => stored.slice(1)),
            "acked-stored-once: 6 acknowledged, 1 missing, 0 duplicated, 0 corrupted, 0 under another subject",
        ],
        [
            "one that was stored twice",
            originWith((stored) => [...stored, { ...stored[0]!, seq: 4 }]),
            "acked-stored-once: 6 acknowledged, 0 missing, 1 duplicated, 0 corrupted, 0 under another subject",
        ],
        [
            "one under the name of its region",
            originWith(([first, ...rest]) => [{ ...first!, subject: "use1.events.rehearsal" }, ...rest]),
            "acked-stored-once: 6 acknowledged, 0 missing, 0 duplicated, 0 corrupted, 1 under another subject",
        ],
        [
            "an origin that still takes nothing",
            { layout: good.layout.map((line) => line.replace("takes use1.events.>", "takes parked.EVENTS")) },
            `original-layout: ${good.layout.join("; ").replace("takes use1.events.>", "takes parked.EVENTS")}`,
        ],
        [
            "a mirror that was not made anew",
            { layout: good.layout.filter((line) => !line.startsWith("EVENTS_MIRROR")) },
            `original-layout: ${good.layout.filter((line) => !line.startsWith("EVENTS_MIRROR")).join("; ")}`,
        ],
    ])("is red for %s, and for nothing else", (_what, found, expected) => {
        expect(red(found)).toEqual([expected]);
    });

    it("is red for a message that a consumer never got", () => {
        const received = (stream: string) => (stream === "EVENTS" ? idsOf(stream).slice(1) : idsOf(stream));
        expect(red({ received })).toEqual(["consumers-miss-nothing: 1 not received"]);
    });
});

describe("a checker that looked at nothing", () => {
    const silent = { acked: new Map<string, number>(), begunAt: new Map<string, number>() };
    const account = accountFor(silent, [], { run: "run", subject: "a" });

    it("is red where nothing was acknowledged, in any of the streams", () => {
        expect(storedOnce("Stored", [account])).toMatchObject({ passed: false });
        expect(storedOnce("Stored", [])).toMatchObject({ passed: false });
        expect(consumersMissNothing([{ publisher: silent, consumer: { received: new Map() } }])).toMatchObject({
            passed: false,
            actual: "nothing was acknowledged",
        });
    });

    it("is red where no stream was to be fenced", () => {
        expect(originFenced([], [])).toMatchObject({ passed: false });
    });
});

describe("messages as they were published", () => {
    it.each([
        ["corrupted", { seq: 1, subject: "a", id: undefined }, "1 corrupted, 0 under another subject, 0 out of order"],
        ["renamed", { seq: 1, subject: "b", id: "run-0" }, "0 corrupted, 1 under another subject, 0 out of order"],
    ])("are red where one is %s", (_what, message, actual) => {
        const publisher = { acked: new Map([["run-0", 2]]), begunAt: new Map([["run-0", 1]]) };
        const account = accountFor(publisher, [message], { run: "run", subject: "a" });
        expect(storedAsPublished(account)).toMatchObject({ id: "stored-as-published", passed: false, actual });
    });
});

describe("unreplicated messages", () => {
    it("are those acknowledged up to the loss that the survivor lacks, and as old as the oldest of them", () => {
        const acked: [string, number][] = [
            ["a", 1_000],
            ["b", 2_000],
            ["c", 3_000],
            ["late answer", 3_040],
            ["after", 3_060],
        ];
        expect(unreplicated(acked, 3_000, (id) => id === "a")).toEqual({ messages: 3, seconds: 1 });
        expect(unreplicated(acked, 3_000, () => true)).toEqual({ messages: 0, seconds: 0 });
        expect(unreplicated([], 3_000, () => false)).toEqual({ messages: 0, seconds: 0 });
    });
});
