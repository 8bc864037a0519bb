import type { SystemProfile } from "../../../components/model/profile";
import { hours, minutes, type Seconds } from "../../../components/model/duration";
import type { TimelineEvent } from "../../../report/result";
import { aliasTtl } from "../../../components/model/contract";
import { isControlPlane } from "../../../testbed/dns/awsEndpoint";
import { randomFrom } from "../../../testbed/dns/random";
import { clientKinds, runClient, type ClientSpan, type ClientView } from "../../kit/load/dnsClients";
import { check } from "../../kit/checkers/check";
import type { Outcome } from "../../kit/drill";
import { tenth } from "./dnsDistribution";
import { latchBound } from "./dnsScenarios";
import { startWatchedDns, type WatchedDns, type WatchedDnsOptions } from "../../kit/environments/watchedDns";
import { behaves, propagation, type DeployedPair, type Side } from "../../kit/environments/dnsPair";

/** The world runs this long before the loss. */
const before: Seconds = minutes(3);
const primaryReturns: Seconds = minutes(20);
const latchRemoved: Seconds = primaryReturns + hours(0.5);
const end: Seconds = latchRemoved + minutes(15);

export interface LossAndReturn extends Outcome {
    readonly controlPlaneCalls: number;
    /** Seconds from the removal of the latch until the primary is answered; undefined if it never was. */
    readonly failbackSeconds: Seconds | undefined;
    /** Seconds from the loss to the calculated check's change; undefined if there was none. */
    readonly detect: Seconds | undefined;
}

interface Answered {
    readonly at: Seconds;
    readonly side: Side | undefined;
}

interface Moments {
    switched?: Seconds;
    latchSet?: Seconds;
    returnedBeforeRelease?: Seconds;
    back?: Seconds;
}

/**
 * The drill's story: the primary falls silent, DNS fails over, the latch is set (by the deployed watcher, or by a person after its page),
 * the primary comes back and must not get its traffic back, the latch is removed, and it does.
 */
export async function loseAndReturn(
    pair: DeployedPair,
    { system, seed, workDir }: Pick<WatchedDnsOptions, "system" | "seed" | "workDir">,
): Promise<LossAndReturn> {
    const world = await startWatchedDns(pair, { system, seed, workDir, propagation });
    try {
        const answers: Answered[] = [{ at: -before, side: world.answered() }];
        world.route53.onChange(() => {
            const side = world.answered();
            if (side !== answers.at(-1)?.side) answers.push({ at: world.clock.now - before, side });
        });
        const moments = await play(world, system, answers);
        return judge(pair, world, answers, moments, seed);
    } finally {
        await world.stop();
    }
}

async function play(
    world: WatchedDns,
    { decisionAllowance }: SystemProfile,
    answers: readonly Answered[],
): Promise<Moments> {
    const moments: Moments = {};
    const at = (time: Seconds) => before + time;
    await world.advance(before);
    world.now.primary = behaves.silent;
    for (let time = 0; time < primaryReturns; time += minutes(1)) {
        await world.advance(at(time + minutes(1)));
        // A page is answered by a person, who takes the declared time and then writes one object.
        const paged = world.runs.find(({ done }) => done === "paged");
        if (!world.now.latched && paged !== undefined && world.clock.now - paged.at >= decisionAllowance)
            world.setLatch();
    }
    const latchSetAt = world.latchSetAt();
    moments.latchSet = latchSetAt === undefined ? undefined : tenth(latchSetAt - before);
    moments.switched = answers.find(({ side, at: when }) => side === "standby" && when > 0)?.at;

    world.now.primary = behaves.well;
    await world.advance(at(latchRemoved));
    moments.returnedBeforeRelease = answers.find(
        ({ side, at: when }) => side === "primary" && when > primaryReturns,
    )?.at;

    world.removeLatch();
    await world.advance(at(end));
    moments.back = answers.find(({ side, at: when }) => side === "primary" && when > latchRemoved)?.at;
    return moments;
}

function judge(
    pair: DeployedPair,
    world: WatchedDns,
    answers: readonly Answered[],
    moments: Moments,
    seed: number,
): LossAndReturn {
    const bound = latchBound(pair);
    const controlPlane = world.aws.calls.filter(isControlPlane);
    const status = world.route53.changes.filter(({ id }) => id === pair.primary.healthCheckId);
    const detected = status.find(({ healthy, at }) => !healthy && at >= before)?.at;
    const failbackSeconds = moments.back === undefined ? undefined : moments.back - latchRemoved;
    const stayed = moments.switched !== undefined && moments.returnedBeforeRelease === undefined;
    return {
        controlPlaneCalls: controlPlane.length,
        failbackSeconds,
        detect: detected === undefined ? undefined : detected - before - propagation,
        checks: [
            ...watcherChecks(world, moments),
            check(
                "stays-away",
                "The primary comes back, and traffic does not go back to it",
                stayed,
                "standby answered until the latch is removed",
                moments.switched === undefined
                    ? "DNS never failed over"
                    : stayed
                      ? "standby answered until the latch is removed"
                      : `primary answered again ${tenth(moments.returnedBeforeRelease! - primaryReturns)} s after it came back`,
            ),
            check(
                "goes-back",
                "The latch is removed, and traffic goes back to the primary",
                stayed &&
                    failbackSeconds !== undefined &&
                    failbackSeconds <= bound &&
                    answers.at(-1)?.side === "primary",
                `within ${bound} s, for good`,
                !stayed
                    ? "it was not away"
                    : failbackSeconds === undefined
                      ? "never"
                      : `after ${tenth(failbackSeconds)} s, ending with ${answers.at(-1)?.side}`,
            ),
            check(
                "control-plane-calls",
                "The recovery calls no control plane",
                controlPlane.length === 0,
                "0 calls",
                controlPlane.length === 0
                    ? "0 calls"
                    : controlPlane.map(({ service, operation }) => `${service} ${operation}`).join(", "),
            ),
        ],
        measurements: [
            {
                id: "dns-control-plane-calls",
                title: "control-plane calls during the recovery",
                value: controlPlane.length,
                unit: "calls",
            },
            {
                id: "dns-data-plane-calls",
                title: "calls of the watcher to S3 and SNS in the standby region",
                value: world.aws.calls.length - controlPlane.length,
                unit: "calls",
            },
            ...(failbackSeconds === undefined
                ? []
                : [
                      {
                          id: "dns-failback",
                          title: "primary answered after the latch is removed",
                          value: tenth(failbackSeconds),
                          unit: "s" as const,
                      },
                  ]),
        ],
        timeline: [
            ...events(moments),
            ...checkLanes(world),
            ...answerLane(answers),
            ...watcherLane(world),
            ...clientLanes(answers, seed),
        ],
        details: {
            latchWatcher: {
                mode: world.mode,
                runs: world.runs.length,
                pages: world.aws.pages.length,
                calls: countCalls(world),
                latchSetAt: moments.latchSet,
            },
        },
    };
}

function watcherChecks({ mode, runs, aws }: WatchedDns, { latchSet }: Moments) {
    const failed = runs.filter(({ done }) => done.startsWith("failed"));
    const whileWell = runs.filter(({ at }) => at < before);
    const wanted = mode === "latch" ? "latch set" : "paged";
    const acted = runs.find(({ done }) => done === wanted);
    const again = runs.filter(({ at, done }) => done === wanted && at > before + latchRemoved);
    const wrote = runs.filter(({ done }) => done === "latch set").length;
    return [
        check(
            "watcher-acts",
            mode === "latch"
                ? "The deployed watcher sets the latch, sees it without credentials, and pages"
                : "The deployed watcher pages and leaves the latch to a person",
            acted !== undefined &&
                aws.pages.length > 0 &&
                (mode === "latch" ? wrote === 1 : wrote === 0) &&
                latchSet !== undefined,
            mode === "latch" ? "latch set once, with a page" : "paged, and the latch set by a person",
            `${runs.filter(({ done }) => done === wanted).length} runs ended with "${wanted}", ${aws.pages.length} pages, latch ${latchSet === undefined ? "never set" : "set"}`,
        ),
        check(
            "watcher-lets-be",
            "The watcher does nothing while all is well, does not fail, and does not undo a person's release",
            failed.length === 0 &&
                again.length === 0 &&
                whileWell.length > 0 &&
                whileWell.every(({ done }) => done === "nothing"),
            "no failure, nothing done before the loss, no latch after the release",
            failed.length > 0
                ? failed[0]!.done
                : `${again.length} times after the release; before the loss: ${[...new Set(whileWell.map(({ done }) => done))].join(", ")}`,
        ),
    ];
}

function countCalls({ aws }: WatchedDns): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { service, operation } of aws.calls)
        counts[`${service}:${operation}`] = (counts[`${service}:${operation}`] ?? 0) + 1;
    return counts;
}

function events({ latchSet }: Moments): TimelineEvent[] {
    return [
        { lane: "events", at: 0, label: "primary falls silent", tone: "bad" },
        ...(latchSet === undefined
            ? []
            : [{ lane: "events", at: latchSet, label: "latch is set", tone: "neutral" as const }]),
        { lane: "events", at: primaryReturns, label: "primary comes back", tone: "neutral" },
        { lane: "events", at: latchRemoved, label: "latch is removed", tone: "good" },
    ];
}

function checkLanes({ route53 }: WatchedDns): TimelineEvent[] {
    const names = [...new Set(route53.changes.map(({ name }) => name))].sort();
    return names.flatMap((name) => {
        const changes = route53.changes.filter((change) => change.name === name);
        const points = [{ at: 0, healthy: !changes[0]!.healthy }, ...changes];
        return points.map(({ at, healthy }, index): TimelineEvent => {
            const until = points[index + 1]?.at ?? before + end;
            return span(
                `check ${name}`,
                at - before,
                until - before,
                healthy ? "healthy" : "unhealthy",
                healthy ? "good" : "bad",
            );
        });
    });
}

function answerLane(answers: readonly Answered[]): TimelineEvent[] {
    return answers.map(({ at, side }, index) =>
        span(
            "DNS answers",
            at,
            answers[index + 1]?.at ?? end,
            side ?? "nothing",
            side === "primary" ? "good" : side === "standby" ? "neutral" : "bad",
        ),
    );
}

function watcherLane({ runs }: WatchedDns): TimelineEvent[] {
    return runs
        .filter(({ done }) => done !== "nothing" && done !== "nothing, the latch is set")
        .map(({ at, done }) => ({ lane: "latch watcher", at: tenth(at - before), label: done }));
}

function clientLanes(answers: readonly Answered[], seed: number): TimelineEvent[] {
    const random = randomFrom(seed);
    const view: ClientView = {
        answer: (at) => ({
            side: answers.findLast((answer) => answer.at <= at)?.side ?? answers[0]?.side,
            ttl: aliasTtl,
        }),
        reach: (side, at) => (side === "primary" && at >= 0 && at < primaryReturns ? "silent" : "answers"),
    };
    return clientKinds.flatMap((kind) =>
        runClient(kind, view, {
            from: -before,
            until: end,
            askedAt: -before - random() * (kind.holds ?? aliasTtl),
        }).map(({ from, until, got }: ClientSpan) =>
            span(kind.title, from, until, got, got === "no answer" ? "bad" : got === "primary" ? "good" : "neutral"),
        ),
    );
}

function span(lane: string, at: Seconds, until: Seconds, label: string, tone: TimelineEvent["tone"]): TimelineEvent {
    return { lane, at: tenth(at), until: tenth(Math.max(at, until)), label, tone };
}
