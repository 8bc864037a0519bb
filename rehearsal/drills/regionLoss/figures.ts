import type { SystemProfile } from "../../../components/model/profile";
import { formatDuration } from "../../../components/model/duration";
import type { Failback } from "../../../operate/streams/failback";
import type { Measurement } from "../../../report/result";
import type { MessageAccount } from "../../../testbed/nats/messageAccount";
import { messages, total, type Unreplicated } from "../../kit/checkers/messages";
import type { Outcome } from "../../kit/drill";
import type { StreamClients } from "../../kit/load/traffic";
import type { Takeover } from "../../kit/operator";

/** What was measured on the way; lists are in the order of the clients. */
export interface Measured {
    readonly seconds: number;
    readonly mirrorLag: number;
    readonly takeover: Pick<Takeover, "decidedAt" | "firstWriteAt" | "promotions">;
    readonly tails: readonly Unreplicated[];
    /** In the origin, after the failback. */
    readonly accounts: readonly MessageAccount[];
    /** In the standby, before the primary returned. */
    readonly inStandby: readonly MessageAccount[];
    readonly failbacks: readonly Failback[];
    readonly failbackGap: number;
    readonly clients: readonly StreamClients[];
    readonly layout: readonly string[];
    readonly changedKeys: readonly string[];
}

/** The drill's figures, and further numbers for machines. */
export function figures(
    { contracts, decisionAllowance }: Pick<SystemProfile, "contracts" | "decisionAllowance">,
    found: Measured,
): Pick<Outcome, "measurements" | "details"> {
    const { decidedAt, firstWriteAt } = found.takeover;
    // The person is paged no later than the failover triggers; this drill has no one to page, so the contract's limit stands for it.
    const noticing = contracts.failoverTrigger.limit;
    const promoting = ((firstWriteAt ?? Number.POSITIVE_INFINITY) - decidedAt) / 1000;
    const measurements: Measurement[] = [
        {
            id: "decision-to-first-write",
            title: "decision until every stream accepts writes",
            value: promoting,
            unit: "s",
        },
        {
            id: "write-rto",
            title: `loss until every stream accepts writes, with ${formatDuration(noticing)} to notice and ${formatDuration(decisionAllowance)} to decide`,
            value: noticing + decisionAllowance + promoting,
            unit: "s",
            contract: "natsRto",
        },
        {
            id: "rpo",
            title: "age of the oldest acknowledged message that the standby lacked",
            value: Math.max(...found.tails.map(({ seconds }) => seconds)),
            unit: "s",
            contract: "natsRpo",
        },
        {
            id: "mirror-lag",
            title: "longest time until a mirror had what its origin had stored, under load",
            value: found.mirrorLag,
            unit: "s",
            contract: "mirrorLag",
        },
        messages(
            "tail",
            "acknowledged messages that the standby lacked until the region returned",
            found.tails.reduce((sum, tail) => sum + tail.messages, 0),
        ),
        messages(
            "acked",
            "messages acknowledged",
            total(found.accounts, ({ acked }) => acked),
        ),
        messages(
            "stored",
            "messages stored after the failback",
            total(found.accounts, ({ stored }) => stored),
        ),
        messages(
            "lost",
            "acknowledged messages lost",
            total(found.accounts, ({ missing }) => missing.length),
        ),
        messages(
            "standby-duplicates",
            "messages sent again and stored twice in the standby, once after the failback",
            total(found.inStandby, ({ duplicated }) => duplicated.length),
        ),
        {
            id: "failback-gap",
            title: "longest time without an accepted write in the failback",
            value: found.failbackGap,
            unit: "s",
        },
        {
            id: "whole-way",
            title: "join, loss, promotion and failback together",
            value: found.seconds,
            unit: "s",
        },
    ];
    const byStream = <T>(of: (index: number) => T) =>
        Object.fromEntries(found.clients.map(({ stream }, index) => [stream.name, of(index)]));
    return {
        measurements,
        details: {
            accounts: byStream((index) => found.accounts[index]),
            tails: byStream((index) => found.tails[index]),
            sentAgainAndStoredTwiceInTheStandby: byStream((index) => found.inStandby[index]?.duplicated.length),
            redelivered: byStream((index) =>
                [...found.clients[index]!.consumer.received.values()].reduce((sum, times) => sum + times - 1, 0),
            ),
            refusals: byStream((index) => Object.fromEntries(found.clients[index]!.publisher.refusals)),
            promotions: [...found.takeover.promotions.values()],
            failbacks: found.failbacks.map(({ stream, tail, closedFrom, closedUntil }) => ({
                stream,
                tail,
                closedSeconds: (closedUntil - closedFrom) / 1000,
            })),
            layout: found.layout,
            changedKeys: found.changedKeys,
        },
    };
}
