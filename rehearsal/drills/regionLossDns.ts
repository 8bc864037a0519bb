import type { Measurement } from "../../report/result";
import type { Drill, Outcome } from "../kit/drill";
import type { DrillRun } from "../kit/drillRun";
import { answerTtl, dnsPair, propagation, type DeployedPair } from "../kit/environments/dnsPair";
import { cutOver } from "./dns/dnsCutover";
import { tenth } from "./dns/dnsDistribution";
import { distribute } from "./dns/distribute";
import { flap } from "./dns/dnsFlapping";
import { loseAndReturn } from "./dns/dnsLossAndReturn";
import { passForReal } from "./dns/dnsRealPass";
import { dnsSabotages } from "./dns/dnsSabotages";
import { runScenarios } from "./dns/dnsScenarios";
import { testTruthTable } from "./dns/dnsTruthTable";

/** Phases of the checkers that are tried; with `quick`, a tenth of them. */
const offsets = 5_000;

/**
 * Region loss as clients see it through DNS. Built from the deployed records, checks, latch and watcher; see the README of
 * `testbed/dns` for what stands in for Route 53.
 */
export const dnsRegionLoss: Drill = {
    id: "region-loss-dns",
    title: "Region loss, DNS",
    phase: 12,
    scenario: "the primary region falls silent, comes back 20 minutes later, and is let in again by a person",
    needs: ["primary", "dr"],
    script,
    sabotages: dnsSabotages,
};

async function script(run: DrillRun): Promise<Outcome> {
    const { profile, seed, workDir, progress, signal } = run;
    const seeds = run.quick ? offsets / 10 : offsets;
    const pair = dnsPair(run);

    progress(`losing the primary for ${seeds} phases of the checkers`);
    const distribution = distribute(pair, profile.contracts, { seeds, firstSeed: seed });
    signal.throwIfAborted();
    const scenarios = [testTruthTable(pair, seed), runScenarios(pair, seed), cutOver(pair, profile.apiHost, seed)];
    progress("the primary is lost, comes back, and is let in again");
    const story = await loseAndReturn(pair, { system: profile, seed, workDir });
    signal.throwIfAborted();
    const flapping = await flap(pair, { system: profile, seed, workDir });
    progress("the same with real packets and requests");
    const realPass = await passForReal(pair, { seed, signal });
    return assemble(pair, story, [distribution, ...scenarios, story, flapping, realPass]);
}

function assemble(
    pair: DeployedPair,
    story: Awaited<ReturnType<typeof loseAndReturn>>,
    parts: readonly Outcome[],
): Outcome {
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
