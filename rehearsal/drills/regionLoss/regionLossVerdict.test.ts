import { describe, expect, it } from "vitest";
import { kgents } from "../../../infra/profile";
import type { StoredMessage } from "../../world/nats/streamReader";
import { patienceSeconds, workerDurable, type RegionLossStage } from "./regionLossStage";
import { judge, type Findings } from "./regionLossVerdict";

const names = ["AGENTESE", "EVENTS"] as const;
const subjectOf = (stream: string) => `${stream.toLowerCase()}.rehearsal`;
const idsOf = (stream: string) => [0, 1, 2].map((number) => `${stream}-${number}`);
const storedOf = (stream: string): StoredMessage[] =>
    idsOf(stream).map((id, index) => ({ seq: index + 1, subject: subjectOf(stream), id }));
const passed = { exitCode: 0, output: "" };

/** Clients of both streams, with three messages each, acknowledged and received. */
const stageOf = (received: (stream: string) => readonly string[] = idsOf) =>
    ({
        profile: kgents,
        primary: { cluster: "use1" },
        standby: { cluster: "usw2" },
        clients: kgents.streams.map((stream) => ({
            stream,
            run: stream.name,
            subject: subjectOf(stream.name),
            publisher: {
                acked: new Map(idsOf(stream.name).map((id, index) => [id, 10 + index])),
                begunAt: new Map(idsOf(stream.name).map((id, index) => [id, index])),
                refusals: new Map(),
            },
            consumer: { received: new Map(received(stream.name).map((id) => [id, 1])) },
        })),
    }) as unknown as RegionLossStage;

const layout = [
    "AGENTESE in use1, takes use1.agentese.>",
    "AGENTESE_MIRROR in usw2, mirror of AGENTESE",
    "DURABLE_POSITIONS in usw2, takes kgents-dr.durable-positions",
    "EVENTS in use1, takes use1.events.>",
    "EVENTS_MIRROR in usw2, mirror of EVENTS",
];

/** What a run saw in which nothing went wrong. */
const good = (): Findings => ({
    perSecond: 100,
    gates: [passed, passed],
    streamsAfterJoin: [...names],
    mirrorsJob: { exitCode: 0, lastLine: "" },
    mirrorsCaughtUp: true,
    positionRuns: [passed, { exitCode: 1 }],
    positions: {
        exportedAt: "",
        origins: {},
        streams: Object.fromEntries(names.map((name) => [name, [{ durable: workerDurable }]])),
    } as unknown as NonNullable<Findings["positions"]>,
    refusedBeforePromotion: true,
    ackedWhileLost: 0,
    decidedAt: 100,
    promotions: new Map(),
    firstWriteAt: 200,
    fences: names.map((stream) => ({ stream, outcome: "parked" as const, refusals: 1 })),
    originStored: new Map(names.map((name) => [name, storedOf(name)])),
    layout: [...layout],
});

const red = (findings: Partial<Findings>, stage = stageOf()) =>
    judge({ ...good(), ...findings }, stage)
        .checks.filter((check) => !check.passed)
        .map(({ id, actual }) => `${id}: ${actual}`);

/** The origin as it should be, but for one of the two streams. */
const originWith = (change: (stored: StoredMessage[]) => StoredMessage[]) => ({
    originStored: new Map([...good().originStored!, ["EVENTS", change(storedOf("EVENTS"))]]),
});

describe("the verdict on the loss of a region", () => {
    it("finds nothing where nothing went wrong", () => {
        expect(red({})).toEqual([]);
    });

    it.each<[string, Partial<Findings>, string]>([
        ["a stream that the join cost", { streamsAfterJoin: ["AGENTESE"] }, "join-keeps-streams: AGENTESE"],
        [
            "a gate that refused",
            { gates: [passed, { exitCode: 1, output: "stream EVENTS is not there\n" }] },
            "gates-pass: passed, stream EVENTS is not there",
        ],
        ["a gate that nobody deployed", { gates: [passed, undefined] }, "gates-pass: passed, not deployed"],
        ["one gate instead of two", { gates: [passed] }, "gates-pass: passed"],
        ["a job that made no mirrors", { mirrorsJob: { exitCode: 1, lastLine: "" } }, "mirrors-created: exit status 1"],
        ["mirrors that stay behind", { mirrorsCaughtUp: false }, "mirrors-follow: behind"],
        [
            "a standby that did not refuse",
            { refusedBeforePromotion: false },
            "standby-refuses-before-promotion: not refused, 0 acknowledged",
        ],
        [
            "a standby that acknowledged what it does not keep",
            { ackedWhileLost: 1 },
            "standby-refuses-before-promotion: refused, 1 acknowledged",
        ],
        [
            "a run after the loss that overwrote the positions",
            { positionRuns: [passed, passed] },
            "positions-kept: exit status 0, then exit status 0; AGENTESE: worker, EVENTS: worker",
        ],
        [
            "an origin that was not parked",
            { fences: [good().fences![0]!, { ...good().fences![1]!, outcome: "absent" }] },
            "origin-fenced: parked, absent",
        ],
        [
            "a fence that was not there in time",
            { fences: undefined },
            `origin-fenced: not within ${patienceSeconds} s of its return`,
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
            { layout: layout.map((line) => line.replace("takes use1.events.>", "takes parked.EVENTS")) },
            `original-layout: ${layout.join("; ").replace("takes use1.events.>", "takes parked.EVENTS")}`,
        ],
        [
            "a mirror that was not made anew",
            { layout: layout.slice(0, -1) },
            `original-layout: ${layout.slice(0, -1).join("; ")}`,
        ],
    ])("is red for %s, and for nothing else", (_what, findings, expected) => {
        expect(red(findings)).toEqual([expected]);
    });

    it("is red for a message that a consumer never got", () => {
        const stage = stageOf((stream) => (stream === "EVENTS" ? idsOf(stream).slice(1) : idsOf(stream)));
        expect(red({}, stage)).toEqual(["consumers-miss-nothing: 1 not received"]);
    });

    it("is red for a promotion that was refused, and judges nothing that comes after it", () => {
        const { checks } = judge(
            { ...good(), promotions: undefined, firstWriteAt: undefined, promotionRefusal: "no meta leader" },
            stageOf(),
        );
        expect(checks.at(-1)).toMatchObject({ id: "promotion-accepted", passed: false, actual: "no meta leader" });
    });
});
