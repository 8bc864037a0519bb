import { check } from "../../kit/checkers/check";
import type { Outcome } from "../../kit/drill";
import { behaves, startDns, type DeployedPair, type Side } from "../../kit/environments/dnsPair";

/** The latch's truth table: what the pair is expected to answer. */
const rows = [
    { deep: "healthy", latch: "absent", expected: "primary", why: "normal" },
    { deep: "healthy", latch: "present", expected: "standby", why: "the primary is held out" },
    {
        deep: "healthy",
        latch: "out of reach",
        expected: "primary",
        why: "the standby region is down: the safe direction",
    },
    { deep: "unhealthy", latch: "absent", expected: "standby", why: "automatic failover" },
    { deep: "unhealthy", latch: "present", expected: "standby", why: "failed over and held" },
    { deep: "unhealthy", latch: "out of reach", expected: "standby", why: "both regions are down" },
] as const;

/** Puts the deployed checks into every state of the truth table and reads the answer. */
export function testTruthTable(pair: DeployedPair, seed: number): Outcome {
    const tested = rows.map((row) => ({ ...row, answered: answerIn(pair, seed, row) ?? "nothing" }));
    const wrong = tested.filter(({ expected, answered }) => expected !== answered);
    const tell = ({ deep, latch, answered }: (typeof tested)[number]) => `deep ${deep}, latch ${latch}: ${answered}`;
    return {
        checks: [
            check(
                "truth-table",
                "The pair answers as the latch's truth table says",
                wrong.length === 0,
                `${rows.length} of ${rows.length} states as expected`,
                wrong.length === 0 ? `${rows.length} of ${rows.length} states as expected` : wrong.map(tell).join("; "),
            ),
        ],
        details: {
            truthTable: {
                title: "The latch's truth table as tested",
                columns: ["deep check", "latch", "expected", "answered", "meaning"],
                rows: tested.map(({ deep, latch, expected, answered, why }) => [deep, latch, expected, answered, why]),
            },
        },
    };
}

function answerIn(pair: DeployedPair, seed: number, { deep, latch }: (typeof rows)[number]): Side | undefined {
    const { clock, now, answered } = startDns(pair, seed);
    now.primary = deep === "healthy" ? behaves.well : behaves.silent;
    now.latched = latch === "present";
    now.latchReachable = latch !== "out of reach";
    // Long enough for every check to have found out, whatever its interval and threshold.
    clock.runUntil(600);
    return answered();
}
