import { positionsStore } from "../../../components/nats/durablePositionsStore";
import { scopedSubject } from "../../../components/nats/natsStreamConfig";
import { contracts, decisionAllowance } from "../../../infra/contracts";
import { formatDuration } from "../../../infra/duration";
import type { Failback, Rebuild } from "../../../operate/streams/failback";
import type { Fence } from "../../../operate/streams/fence";
import type { Positions } from "../../../operate/streams/positions";
import type { Promotion } from "../../../operate/streams/promote";
import type { Check, Measurement } from "../../report/result";
import { accountFor, type MessageAccount, type StoredMessage } from "../../world/nats/streamReader";
import { patienceSeconds, workerDurable, type RegionLossStage } from "./regionLossStage";

/** A person is paged no later than the failover triggers; this drill has nobody to page, so the contract's limit stands for it. */
const noticing = contracts.failoverTrigger.limit;

/** What the stages of the drill saw; a stage that was not reached leaves its part undefined. */
export interface Findings {
    readonly perSecond: number;
    /** What the deployed gates answered, in order; undefined for one that is not deployed. */
    readonly gates: ({ readonly exitCode: number; readonly output: string } | undefined)[];
    streamsAfterJoin?: string[];
    mirrorsJob?: { readonly exitCode: number; readonly lastLine: string };
    mirrorsCaughtUp?: boolean;
    /** Seconds, under load. */
    mirrorLag?: number;
    /** Runs of the job that keeps the consumers' positions: before the loss, and after it; undefined where none is deployed. */
    positionRuns?: ({ readonly exitCode: number } | undefined)[];
    /** What the standby had of them when it was promoted. */
    positions?: Positions;
    lostAt?: number;
    refusedBeforePromotion?: boolean;
    ackedWhileLost?: number;
    decidedAt?: number;
    promotions?: Map<string, Promotion>;
    promotionRefusal?: string;
    promotionRefusals?: number;
    fencing?: Promise<Fence[]>;
    firstWriteAt?: number;
    /** The standby's streams as they were before the region returned, by the origin's name. */
    standbyStored?: Map<string, StoredMessage[]>;
    fences?: Fence[];
    failbacks?: Failback[];
    failbackGaps?: { readonly seconds: number }[];
    rebuilds?: Rebuild[];
    originStored?: Map<string, StoredMessage[]>;
    layout?: string[];
}

/** A message that was acknowledged, and that the standby did not have when it took over. */
interface Tail {
    readonly messages: number;
    /** From the acknowledgement of the oldest of them to the loss, in seconds. */
    readonly seconds: number;
}

/** Turns what was seen into checks and numbers. */
export function judge(
    findings: Findings,
    stage: RegionLossStage,
): { checks: Check[]; measurements: Measurement[]; details: Record<string, unknown> } {
    const tails = stage.clients.map((clients) => tailOf(clients, findings));
    const accounts = stage.clients.map(({ stream, publisher, run, subject }) =>
        accountFor(publisher, findings.originStored?.get(stream.name) ?? [], { run, subject }),
    );
    const standbyDuplicates = stage.clients.map(
        ({ stream, publisher, run, subject }) =>
            accountFor(publisher, findings.standbyStored?.get(stream.name) ?? [], { run, subject }).duplicated.length,
    );
    return {
        checks: [
            ...joinChecks(findings, stage),
            ...takeOverChecks(findings),
            ...(findings.promotions ? returnChecks(findings, stage, accounts) : []),
        ],
        measurements: measurements(findings, tails, accounts, standbyDuplicates),
        details: {
            accounts: Object.fromEntries(stage.clients.map(({ stream }, index) => [stream.name, accounts[index]])),
            tails: Object.fromEntries(stage.clients.map(({ stream }, index) => [stream.name, tails[index]])),
            sentAgainAndStoredTwiceInTheStandby: Object.fromEntries(
                stage.clients.map(({ stream }, index) => [stream.name, standbyDuplicates[index]]),
            ),
            redelivered: Object.fromEntries(
                stage.clients.map(({ stream, consumer }) => [
                    stream.name,
                    [...consumer.received.values()].reduce((sum, times) => sum + times - 1, 0),
                ]),
            ),
            refusals: Object.fromEntries(
                stage.clients.map(({ stream, publisher }) => [stream.name, Object.fromEntries(publisher.refusals)]),
            ),
            promotions: [...(findings.promotions?.values() ?? [])],
            failbacks: findings.failbacks?.map(({ stream, tail, closedFrom, closedUntil }) => ({
                stream,
                tail,
                closedSeconds: (closedUntil - closedFrom) / 1000,
            })),
            layout: findings.layout,
        },
    };
}

function tailOf({ stream, publisher }: RegionLossStage["clients"][number], findings: Findings): Tail {
    const { lostAt, standbyStored } = findings;
    if (lostAt === undefined || !standbyStored) return { messages: 0, seconds: 0 };
    const recovered = new Set(standbyStored.get(stream.name)?.map((message) => message.id));
    const lost = [...publisher.acked]
        .filter(([message, at]) => at <= lostAt + 50 && !recovered.has(message))
        .map(([, at]) => at);
    return { messages: lost.length, seconds: lost.length === 0 ? 0 : Math.max(0, (lostAt - Math.min(...lost)) / 1000) };
}

function joinChecks(findings: Findings, stage: RegionLossStage): Check[] {
    const origins = stage.clients.map(({ stream }) => stream.name).sort();
    return [
        check(
            "join-keeps-streams",
            "The join of witness and standby keeps the primary's streams",
            origins.join(", "),
            findings.streamsAfterJoin?.join(", "),
        ),
        check(
            "gates-pass",
            "After each join the deployed gate sees a whole meta group and the streams",
            "passed, passed",
            findings.gates
                .map((gate) =>
                    gate === undefined ? "not deployed" : gate.exitCode === 0 ? "passed" : gate.output.trim(),
                )
                .join(", "),
        ),
        check(
            "mirrors-created",
            "The deployed job creates the mirrors",
            "exit status 0",
            `exit status ${findings.mirrorsJob?.exitCode}`,
        ),
        check(
            "mirrors-follow",
            "The mirrors follow the primary under load",
            "caught up",
            findings.mirrorsCaughtUp ? "caught up" : "behind",
        ),
    ];
}

function takeOverChecks(findings: Findings): Check[] {
    return [
        check(
            "standby-refuses-before-promotion",
            "Until a person decides, the standby refuses writes",
            "refused, 0 acknowledged",
            `${findings.refusedBeforePromotion ? "refused" : "not refused"}, ${findings.ackedWhileLost ?? 0} acknowledged`,
        ),
        check(
            "promotion-accepted",
            "The surviving region can promote its mirrors",
            "writes accepted in the standby",
            findings.firstWriteAt === undefined
                ? (findings.promotionRefusal ?? "no write accepted")
                : "writes accepted in the standby",
        ),
    ];
}

function returnChecks(findings: Findings, stage: RegionLossStage, accounts: readonly MessageAccount[]): Check[] {
    const sum = (count: (account: MessageAccount) => number) =>
        accounts.reduce((total, account) => total + count(account), 0);
    const acked = sum((account) => account.acked);
    const unreceived = stage.clients.reduce(
        (total, { publisher, consumer }) =>
            total + [...publisher.acked.keys()].filter((message) => !consumer.received.has(message)).length,
        0,
    );
    const { primary, dr } = { primary: stage.primary.cluster, dr: stage.standby.cluster };
    const layout = stage.clients
        .flatMap(({ stream }) => [
            `${stream.name} in ${primary}, takes ${scopedSubject(stage.profile.regions.primary, stream)}`,
            `${stream.mirror} in ${dr}, mirror of ${stream.name}`,
        ])
        .concat(`${positionsStore.stream} in ${dr}, takes ${positionsStore.subject}`)
        .sort();
    const kept = (durablesOf: (stream: string) => readonly string[]) =>
        stage.clients.map(({ stream }) => `${stream.name}: ${durablesOf(stream.name).join(" ") || "none"}`).join(", ");
    const runs = findings.positionRuns
        ?.map((run) => (run ? `exit status ${run.exitCode}` : "not deployed"))
        .join(", then ");
    return [
        check(
            "positions-kept",
            "The deployed job keeps the consumers' positions in the standby, and a run after the loss leaves them there",
            `exit status 0, then exit status 1; ${kept(() => [workerDurable])}`,
            `${runs}; ${kept((stream) => findings.positions?.streams[stream]?.map(({ durable }) => durable) ?? [])}`,
        ),
        check(
            "origin-fenced",
            "The region that returns takes no write beside the promoted streams",
            "parked, parked",
            findings.fences?.map((fence) => fence.outcome).join(", ") ??
                `not within ${patienceSeconds} s of its return`,
        ),
        check(
            "acked-stored-once",
            "Every acknowledged message is in the origin after the failback, once",
            `${acked} acknowledged, 0 missing, 0 duplicated, 0 corrupted, 0 under another subject`,
            `${acked} acknowledged, ${sum((one) => one.missing.length)} missing, ${sum((one) => one.duplicated.length)} duplicated, ` +
                `${sum((one) => one.corrupted)} corrupted, ${sum((one) => one.misnamed)} under another subject`,
        ),
        check(
            "consumers-miss-nothing",
            "The consumers receive every acknowledged message",
            "0 not received",
            `${unreceived} not received`,
        ),
        check(
            "original-layout",
            "After the failback everything is where it was",
            layout.join("; "),
            findings.layout?.join("; "),
        ),
    ];
}

function measurements(
    findings: Findings,
    tails: readonly Tail[],
    accounts: readonly MessageAccount[],
    duplicates: readonly number[],
): Measurement[] {
    const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
    const { decidedAt, firstWriteAt, failbackGaps } = findings;
    if (decidedAt === undefined || firstWriteAt === undefined) return [];
    const measured: Measurement[] = [
        {
            id: "decision-to-first-write",
            title: "decision until every stream accepts writes",
            value: (firstWriteAt - decidedAt) / 1000,
            unit: "s",
        },
        {
            id: "write-rto",
            title: `loss until every stream accepts writes, with ${formatDuration(noticing)} to notice and ${formatDuration(decisionAllowance)} to decide`,
            value: noticing + decisionAllowance + (firstWriteAt - decidedAt) / 1000,
            unit: "s",
            contract: "natsRto",
        },
        {
            id: "rpo",
            title: "age of the oldest acknowledged message that the standby lacked",
            value: Math.max(...tails.map((tail) => tail.seconds)),
            unit: "s",
            contract: "natsRpo",
        },
        {
            id: "mirror-lag",
            title: "longest time until a mirror had what its origin had stored, under load",
            value: findings.mirrorLag ?? Number.NaN,
            unit: "s",
            contract: "mirrorLag",
        },
        messages(
            "tail",
            "acknowledged messages that the standby lacked until the region returned",
            total(tails.map((tail) => tail.messages)),
        ),
        messages("acked", "messages acknowledged", total(accounts.map((account) => account.acked))),
        messages("stored", "messages stored after the failback", total(accounts.map((account) => account.stored))),
        messages("lost", "acknowledged messages lost", total(accounts.map((account) => account.missing.length))),
        messages(
            "standby-duplicates",
            "messages sent again and stored twice in the standby, once after the failback",
            total(duplicates),
        ),
    ];
    if (!failbackGaps) return measured;
    const gap = Math.max(...failbackGaps.map(({ seconds }) => seconds));
    return [
        ...measured,
        { id: "failback-gap", title: "longest time without an accepted write in the failback", value: gap, unit: "s" },
    ];
}

function messages(id: string, title: string, value: number): Measurement {
    return { id, title, value, unit: "messages" };
}

function check(id: string, title: string, expected: string, actual = "not reached"): Check {
    return { id, title, passed: expected === actual, expected, actual };
}
