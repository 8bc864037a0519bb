import { createHash } from "node:crypto";
import { aliasTtl } from "../../../components/model/contract";
import type { Seconds } from "../../../components/model/duration";
import { patience } from "../../../testbed/dns/health";
import { randomFrom } from "../../../testbed/dns/random";
import { clientKinds, outageAfter, runClient, type ClientKind } from "../../kit/load/dnsClients";
import { behaves, propagation, startDns, type DeployedPair } from "../../kit/environments/dnsPair";

/** How the primary is lost: connections refused at once, or nothing ever answered. */
export const losses = ["refused", "silent"] as const;
export type Loss = (typeof losses)[number];

/** One loss of the primary over many phases of the checkers. Samples in the order of the seeds. */
export interface LossSample {
    readonly loss: Loss;
    readonly interval: 10 | 30;
    readonly threshold: number;
    /** Seconds from the loss until the check behind the PRIMARY record is unhealthy; undefined where it never was. */
    readonly triggers: readonly (Seconds | undefined)[];
    readonly outages: Readonly<Record<ClientKind["id"], readonly (Seconds | undefined)[]>>;
}

/** After this long without a failover there will be none. */
const patienceOfTheDrill: Seconds = 600;

/** Loses the primary once for each seed, on a virtual clock, and lets every kind of client go through it. */
export function sampleLosses(
    pair: DeployedPair,
    loss: Loss,
    { seeds, firstSeed }: { readonly seeds: number; readonly firstSeed: number },
): LossSample {
    const triggers: (Seconds | undefined)[] = [];
    const outages = Object.fromEntries(clientKinds.map(({ id }) => [id, [] as (Seconds | undefined)[]])) as Record<
        ClientKind["id"],
        (Seconds | undefined)[]
    >;
    for (let index = 0; index < seeds; index += 1) {
        const trigger = triggerTime(pair, loss, firstSeed + index);
        triggers.push(trigger);
        for (const kind of clientKinds)
            outages[kind.id].push(
                trigger === undefined
                    ? undefined
                    : clientOutage(pair, kind, loss, trigger + propagation, firstSeed + index),
            );
        // What does not happen for one phase of the checkers happens for none: no need to wait 5,000 times.
        if (trigger === undefined) break;
    }
    return { loss, interval: pair.deep.interval, threshold: pair.deep.threshold, triggers, outages };
}

function triggerTime(pair: DeployedPair, loss: Loss, seed: number): Seconds | undefined {
    const { clock, route53, now, answered } = startDns(pair, seed);
    let switched = false;
    route53.onChange(() => (switched = answered() === "standby"));
    now.primary = behaves[loss];
    return clock.runUntilTrue(() => switched, patienceOfTheDrill);
}

function clientOutage(
    pair: DeployedPair,
    kind: ClientKind,
    loss: Loss,
    switched: Seconds,
    seed: number,
): Seconds | undefined {
    const random = randomFrom(seed ^ 0x5eed);
    const ttls = { primary: ttlOf(pair, "primary"), standby: ttlOf(pair, "standby") };
    // How long ago it last asked, when the primary is lost; and how long after the loss its next request is.
    const age = random() * (kind.holds ?? ttls.primary);
    const spans = runClient(
        kind,
        {
            answer: (at) =>
                at >= switched ? { side: "standby", ttl: ttls.standby } : { side: "primary", ttl: ttls.primary },
            reach: (side) => (side === "standby" ? "answers" : loss === "refused" ? "refuses" : "silent"),
        },
        { from: random(), until: switched + (kind.holds ?? ttls.primary) + 60, askedAt: -age, stopAfterAnswerFrom: 0 },
    );
    return outageAfter(spans, 0);
}

function ttlOf(pair: DeployedPair, side: "primary" | "standby"): Seconds {
    const { content } = side === "primary" ? pair.primary : pair.secondary;
    return "alias" in content ? aliasTtl : content.ttl;
}

/** The earliest and the latest trigger that arithmetic allows: the interval runs from the last answer, and silence costs 4 s a try. */
export function triggerBounds({ loss, interval, threshold }: Pick<LossSample, "loss" | "interval" | "threshold">): {
    readonly from: Seconds;
    readonly to: Seconds;
} {
    const perTry = loss === "silent" ? patience.connect : 0;
    // A checker that was waiting for an answer when the region fell silent is up to one answer's time late.
    const underWay = 0.2;
    return {
        from: (threshold - 1) * interval + threshold * perTry - underWay,
        to: threshold * (interval + perTry) + underWay,
    };
}

/** The same pair with another interval and threshold of its deep check: what the roadmap's first document proposed. */
export function withCheck(
    pair: DeployedPair,
    change: { readonly interval: 10 | 30; readonly threshold: number },
): DeployedPair {
    const deep = { ...pair.deep, ...change };
    return { ...pair, deep, zone: { ...pair.zone, checks: new Map(pair.zone.checks).set(deep.id, deep) } };
}

export interface Summary {
    readonly count: number;
    readonly min: number;
    readonly median: number;
    readonly p99: number;
    readonly max: number;
}

/** In seconds, rounded to a tenth; the maximum is Infinity if one sample never ended. */
export function summarise(samples: readonly (Seconds | undefined)[]): Summary {
    const sorted = samples.map((sample) => sample ?? Infinity).sort((left, right) => left - right);
    const at = (share: number) =>
        tenth(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Infinity);
    return { count: sorted.length, min: at(0), median: at(0.5), p99: at(0.99), max: at(1) };
}

export function tenth(value: number): number {
    return Math.round(value * 10) / 10;
}

/** A short name of everything that a run of seeds found: equal names, equal runs. */
export function fingerprint(samples: readonly LossSample[]): string {
    return createHash("sha256").update(JSON.stringify(samples)).digest("hex").slice(0, 16);
}
