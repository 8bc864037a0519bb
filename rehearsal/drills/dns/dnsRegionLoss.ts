import { contracts } from "../../../infra/contracts";
import type { SystemProfile } from "../../../infra/profile";
import type { Check, DrillResult, Measurement } from "../../report/result";
import { clientKinds } from "./dnsClients";
import { cutOver } from "./dnsCutover";
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
import { check, type Findings } from "./dnsFindings";
import { flap } from "./dnsFlapping";
import { loseAndReturn } from "./dnsLossAndReturn";
import { passForReal } from "./dnsRealPass";
import { dnsSabotages } from "./dnsSabotages";
import { runScenarios } from "./dnsScenarios";
import { testTruthTable } from "./dnsTruthTable";
import { aliasTtl } from "../../world/dns/answers";
import { findPair, propagation, type DeployedPair } from "./dnsWorld";
import type { Drill, DrillContext } from "../drill";

/** Phases of the checkers that are tried; with `quick`, a tenth of them. */
const offsets = 5_000;
/** The roadmap's first proposal (seed 000), for comparison. */
const proposal = { interval: 30, threshold: 3 } as const;

/**
 * Region loss as clients see it through DNS. Built from the deployed records, checks, latch and watcher; see the README of
 * `rehearsal/world/dns` for what stands in for Route 53.
 */
export const dnsRegionLoss: Drill = {
    id: "region-loss-dns",
    title: "Region loss, DNS",
    phase: 12,
    run,
    sabotages: dnsSabotages,
};

async function run(context: DrillContext): Promise<DrillResult> {
    const { deployments, profile, seed, workDir, progress, signal } = context;
    const seeds = context.quick ? offsets / 10 : offsets;
    const pair = findPair(deployments);

    progress(`losing the primary for ${seeds} phases of the checkers`);
    const distribution = distribute(pair, { seeds, firstSeed: seed });
    signal.throwIfAborted();
    const scenarios = [testTruthTable(pair, seed), runScenarios(pair, seed), cutOver(pair, profile.apiHost, seed)];
    progress("the primary is lost, comes back, and is let in again");
    const story = await loseAndReturn(pair, { seed, workDir });
    signal.throwIfAborted();
    const flapping = await flap(pair, { seed, workDir });
    progress("the same with real packets and requests");
    const realPass = await passForReal(pair, { seed, signal });

    return assemble(pair, profile, seed, story, [distribution, ...scenarios, story, flapping, realPass]);
}

function assemble(
    pair: DeployedPair,
    profile: SystemProfile,
    seed: number,
    story: Awaited<ReturnType<typeof loseAndReturn>>,
    parts: readonly Findings[],
): DrillResult {
    const ttl: Measurement = {
        id: "record-ttl",
        title: "TTL of the pair's answers, as deployed",
        value: answerTtl(pair),
        unit: "s",
        contract: "recordTtl",
    };
    const measurements = [...parts.flatMap((part) => part.measurements ?? []), ttl];
    const worst = measurements.find(({ id }) => id === "dns-outage-honours-ttl")?.value;
    return {
        id: dnsRegionLoss.id,
        title: dnsRegionLoss.title,
        phase: dnsRegionLoss.phase,
        scenario: `${profile.regions.primary.name} falls silent, comes back 20 minutes later, and is let in again by a person`,
        real: [
            "the deployed records, health checks and latch, read from the engine's export",
            "the code of the deployed latch watcher, in a process of its own with the AWS SDK",
            "DNS packets over UDP and TCP, and HTTP requests of checkers and clients, on loopback (one pass, 40 times as fast)",
            ...(pair.edgeCode === undefined ? [] : ["the code of the deployed maintenance edge"]),
        ],
        simulated: [
            "Route 53's checkers, their judgement and its answers, by the documentation",
            "time: the distribution, the scenarios and the story run on a virtual clock",
            `the way of a change to Route 53's name servers: ${propagation} s, seen publicly and documented nowhere`,
            "S3 and SNS: a stand-in on loopback that counts calls",
            "a region that swallows packets, and TLS: on the virtual clock only",
        ],
        seed,
        checks: parts.flatMap((part) => part.checks),
        measurements,
        timeline: parts.flatMap((part) => part.timeline ?? []),
        rto: {
            ...(story.detect === undefined ? {} : { detect: tenth(story.detect) }),
            dns: propagation + answerTtl(pair),
            ...(worst === undefined ? {} : { clientObserved: worst }),
            fromDisruption: worst ?? 0,
        },
        controlPlaneCalls: story.controlPlaneCalls,
        failback: {
            ...(story.failbackSeconds === undefined ? {} : { seconds: tenth(story.failbackSeconds) }),
            dataCheck:
                "none in this drill: DNS carries no data; the failover drill compares messages before the latch is removed",
            latch: "absent",
        },
        details: Object.assign({}, ...parts.map((part) => part.details ?? {})),
    };
}

function answerTtl({ primary, secondary }: DeployedPair): number {
    return Math.max(...[primary, secondary].map(({ content }) => ("alias" in content ? aliasTtl : content.ttl)));
}

/** Loses the primary again and again, and holds what was found against arithmetic and contracts. */
function distribute(pair: DeployedPair, options: { readonly seeds: number; readonly firstSeed: number }): Findings {
    const deployed = losses.map((loss) => sampleLosses(pair, loss, options));
    const fewer = { ...options, seeds: Math.ceil(options.seeds / 10) };
    const proposed = losses.map((loss) => sampleLosses(withCheck(pair, proposal), loss, fewer));
    const again = losses.map((loss) => sampleLosses(pair, loss, { ...options, seeds: 20 }));
    const first = deployed.map((sample) => firstOf(sample, 20));
    return {
        checks: [
            ...contractChecks(pair, deployed),
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

function contractChecks(pair: DeployedPair, samples: readonly LossSample[]): Check[] {
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
