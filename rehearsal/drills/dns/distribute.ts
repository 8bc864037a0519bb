import type { Contracts } from "../../../components/model/contract";
import type { Check, Measurement } from "../../../report/result";
import { check } from "../../kit/checkers/check";
import type { Outcome } from "../../kit/drill";
import { answerTtl, propagation, type DeployedPair } from "../../kit/environments/dnsPair";
import { clientKinds } from "../../kit/load/dnsClients";
import {
    fingerprint,
    losses,
    sampleLosses,
    summarise,
    tenth,
    triggerBounds,
    withCheck,
    type LossSample,
} from "./dnsDistribution";

/** The roadmap's first proposal, for comparison. */
const proposal = { interval: 30, threshold: 3 } as const;

/** Loses the primary again and again, and holds what was found against arithmetic and contracts. */
export function distribute(
    pair: DeployedPair,
    contracts: Contracts,
    options: { readonly seeds: number; readonly firstSeed: number },
): Outcome {
    const deployed = losses.map((loss) => sampleLosses(pair, loss, options));
    const fewer = { ...options, seeds: Math.ceil(options.seeds / 10) };
    const proposed = losses.map((loss) => sampleLosses(withCheck(pair, proposal), loss, fewer));
    const again = losses.map((loss) => sampleLosses(pair, loss, { ...options, seeds: 20 }));
    const first = deployed.map((sample) => firstOf(sample, 20));
    return {
        checks: [
            ...contractChecks(pair, contracts, deployed),
            arithmeticCheck([...deployed, ...proposed]),
            overstayCheck(deployed),
            repeatCheck(fingerprint(first), fingerprint(again)),
        ],
        measurements: measurementsOf(deployed),
        details: {
            distribution: Object.fromEntries(
                deployed.flatMap(({ loss, triggers, outages }) => [
                    [
                        `trigger-${loss}`,
                        plot(`until DNS is told, primary ${loss}`, triggers, contracts.failoverTrigger.limit),
                    ],
                    [
                        `outage-${loss}`,
                        plot(
                            `outage of a client that honours the TTL, primary ${loss}`,
                            outages["honours-ttl"],
                            contracts.apiRto.limit,
                        ),
                    ],
                ]),
            ),
            arithmetic: [...deployed, ...proposed].map((sample) => ({
                primary: sample.loss,
                check: `${sample.interval} s × ${sample.threshold}`,
                ...triggerBounds(sample),
                trigger: finite(summarise(sample.triggers)),
                outages: Object.fromEntries(clientKinds.map(({ id }) => [id, finite(summarise(sample.outages[id]))])),
            })),
            fingerprint: fingerprint(deployed),
        },
    };
}

function contractChecks(pair: DeployedPair, contracts: Contracts, samples: readonly LossSample[]): Check[] {
    const trigger = Math.max(...samples.map(({ triggers }) => summarise(triggers).max));
    const covered = clientKinds.filter(({ contract }) => contract).map(({ id }) => id);
    const outage = Math.max(...samples.flatMap(({ outages }) => covered.map((id) => summarise(outages[id]).max)));
    const { failoverTrigger, apiRto, recordTtl } = contracts;
    const ttl = answerTtl(pair);
    return [
        check(
            "failover-triggers",
            "Failover triggers for every phase of the checkers",
            trigger <= failoverTrigger.limit,
            `within ${failoverTrigger.limit} s`,
            told(trigger),
        ),
        check(
            "api-rto",
            "Every client that keeps to the TTL is answered again",
            outage <= apiRto.limit,
            `within ${apiRto.limit} s`,
            told(outage),
        ),
        check(
            "record-ttl",
            "Resolvers may keep the pair's answers no longer than the contract says",
            ttl <= recordTtl.limit,
            `at most ${recordTtl.limit} s`,
            `${ttl} s`,
        ),
    ];
}

function arithmeticCheck(samples: readonly LossSample[]): Check {
    const outside = samples.filter((sample) => {
        const { from, to } = triggerBounds(sample);
        const { min, max } = summarise(sample.triggers);
        return min < from - 0.05 || max > to + 0.05;
    });
    const tell = (sample: LossSample) =>
        `${sample.interval} s × ${sample.threshold}, ${sample.loss}: ${told(summarise(sample.triggers).max)}`;
    return check(
        "detection-arithmetic",
        "Every trigger lies where interval, threshold and patience say, refused and silent, for both intervals",
        outside.length === 0,
        "no trigger outside",
        outside.length === 0 ? "no trigger outside" : outside.map(tell).join("; "),
    );
}

/** Such a client has no promise; it is late by what it keeps its answers for, and by no more. */
function overstayCheck(samples: readonly LossSample[]): Check {
    const [kind] = clientKinds.filter(({ holds }) => holds !== undefined);
    const holds = kind?.holds ?? 0;
    const late = samples.map(
        (sample) => summarise(sample.outages["overstays-ttl"]).max - summarise(sample.triggers).max - propagation,
    );
    const worst = Math.max(...late);
    return check(
        "overstay-bounded",
        `A client that keeps answers for ${holds} s is late by no more than that`,
        worst <= holds + 10,
        `at most ${holds} s after DNS, and one request`,
        Number.isFinite(worst) ? `${tenth(worst)} s after DNS` : "DNS never failed over",
    );
}

function repeatCheck(first: string, again: string): Check {
    return check("same-seed-same-run", "The same seed gives the same run", first === again, first, again);
}

function measurementsOf(samples: readonly LossSample[]): Measurement[] {
    const worst = (pick: (sample: LossSample) => readonly (number | undefined)[]) =>
        Math.max(...samples.map((sample) => summarise(pick(sample)).max));
    const all = [
        {
            id: "dns-trigger",
            title: "failover triggers, worst phase of the checkers",
            value: worst(({ triggers }) => triggers),
            contract: "failoverTrigger" as const,
        },
        ...clientKinds.map(({ id, title, contract }) => ({
            id: `dns-outage-${id}`,
            title: `outage, worst case: ${title}`,
            value: worst(({ outages }) => outages[id]),
            ...(contract ? { contract: "apiRto" as const } : {}),
        })),
    ];
    // What never came has no figure; its check says so.
    return all.filter(({ value }) => Number.isFinite(value)).map((measurement) => ({ ...measurement, unit: "s" }));
}

function firstOf(sample: LossSample, count: number): LossSample {
    const outages = Object.fromEntries(
        clientKinds.map(({ id }) => [id, sample.outages[id].slice(0, count)]),
    ) as unknown as LossSample["outages"];
    return { ...sample, triggers: sample.triggers.slice(0, count), outages };
}

function plot(title: string, samples: readonly (number | undefined)[], limit: number) {
    return { title, unit: "s", limit, samples: samples.filter((sample) => sample !== undefined).map(tenth) };
}

function told(value: number): string {
    return Number.isFinite(value) ? `${tenth(value)} s at the latest` : "never";
}

/** JSON has no Infinity. */
function finite(summary: object): Record<string, number | null> {
    return Object.fromEntries(
        Object.entries(summary).map(([key, value]) => [key, Number.isFinite(value) ? value : null]),
    );
}
