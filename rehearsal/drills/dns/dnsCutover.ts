import { minutes, type Seconds } from "../../../components/model/duration";
import { answer, type Answer } from "../../../testbed/dns/answers";
import type { Zone, ZoneRecord } from "../../../testbed/dns/model";
import { randomFrom } from "../../../testbed/dns/random";
import { check } from "../../kit/checkers/check";
import type { Outcome } from "../../kit/drill";
import { tenth } from "./dnsDistribution";
import { addressesOf, propagation, sideOf, startDns, type DeployedPair } from "../../kit/environments/dnsPair";

/** Route 53 says that a change reaches all its name servers within this time. */
const changeSpreads: Seconds = 60;
const nameServers = 4;
const askEvery: Seconds = 0.25;
/** How long the pair has to have answered well before the live name leads to it. */
const proving: Seconds = minutes(5);

/**
 * The cutover of a live name: first the pair proves itself for five minutes from the moment its checks are created, then the simple
 * record is turned in place to an alias of it, while a client asks all the time, a name server at random.
 */
export function cutOver(pair: DeployedPair, liveName: string, seed: number): Outcome {
    const settledAfter = timeToSettle(pair, seed);
    const { before, after } = liveRecords(pair, liveName);
    const inPlace = askThroughout(pair, liveName, seed, [[before], [after]]);
    const replaced = askThroughout(pair, liveName, seed, [[before], [], [after]]);
    return {
        checks: [
            check(
                "pair-settles",
                "A pair that was created now answers the primary soon, and goes on for five minutes",
                settledAfter !== undefined && settledAfter <= 60,
                "within 60 s, then for 300 s without a break",
                settledAfter === undefined
                    ? "it did not"
                    : `after ${tenth(settledAfter)} s, then for 300 s without a break`,
            ),
            check(
                "cutover-no-gap",
                "The live name is turned to the pair, and a client that asks all the time never misses an answer",
                inPlace.missed === 0 && inPlace.elsewhere === 0,
                `${inPlace.asked} of ${inPlace.asked} questions answered with the primary`,
                `${inPlace.asked - inPlace.missed - inPlace.elsewhere} of ${inPlace.asked} questions answered with the primary`,
            ),
        ],
        details: {
            cutover: {
                liveName,
                pairSettledAfter: settledAfter === undefined ? null : tenth(settledAfter),
                inPlace,
                /** For comparison: what deleting and creating the record would have cost. */
                deletedAndCreated: replaced,
            },
        },
    };
}

function timeToSettle(pair: DeployedPair, seed: number): Seconds | undefined {
    const { clock, answered } = startDns(pair, seed, { start: "new", propagation });
    const settled = clock.runUntilTrue(() => answered() === "primary", minutes(10));
    if (settled === undefined) return undefined;
    return clock.runUntilTrue(() => answered() !== "primary", settled + proving) === undefined ? settled : undefined;
}

/** The live name as it was, leading straight to the primary, and as an alias of the pair. */
function liveRecords(
    { zone, primary, name }: DeployedPair,
    liveName: string,
): { before: ZoneRecord; after: ZoneRecord } {
    return {
        before: { name: liveName, type: "A", content: primary.content },
        after: { name: liveName, type: "A", content: { alias: { name, zoneId: zone.id, evaluateTargetHealth: true } } },
    };
}

interface Asked {
    asked: number;
    missed: number;
    elsewhere: number;
}

/** Each name server goes through the stages at times of its own, as far as the next stage allows. */
function askThroughout(
    pair: DeployedPair,
    liveName: string,
    seed: number,
    stages: readonly (readonly ZoneRecord[])[],
): Asked {
    const random = randomFrom(seed);
    const others = pair.zone.records.filter(({ name }) => name !== liveName);
    const zones = stages.map((records): Zone => ({ ...pair.zone, records: [...others, ...records] }));
    const switchTimes = Array.from({ length: nameServers }, () =>
        zones.slice(1).map((_, index) => index * changeSpreads + random() * changeSpreads),
    );
    const result: Asked = { asked: 0, missed: 0, elsewhere: 0 };
    for (let at = -10; at < changeSpreads * stages.length; at += askEvery) {
        const times = switchTimes[Math.floor(random() * nameServers)]!;
        const zone = zones[times.filter((time) => time <= at).length]!;
        const answered: Answer = answer(zone, liveName, "A", {
            check: () => true,
            target: () => true,
            addresses: (target) => addressesOf(pair, target),
        });
        const [address] = answered.values;
        result.asked += 1;
        if (address === undefined) result.missed += 1;
        else if (sideOf(pair, address) !== "primary") result.elsewhere += 1;
    }
    return result;
}
