import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../../components/testing/fixtureSystem";
import { inTurns, type BenchContext } from "./bench";
import { benches } from "./benches";
import { parseBenchOptions } from "./options";

function context(signal = new AbortController().signal): BenchContext {
    return { system: fixtureSystem, runs: 2, dir: "", progress: () => undefined, signal };
}

describe("measuring in turns", () => {
    it("takes turns, and does not count the first round", async () => {
        const calls: string[] = [];
        const next = (name: string) => async () => calls.push(name);
        expect(await inTurns({ a: next("a"), b: next("b") }, context())).toEqual({ a: [3, 5], b: [4, 6] });
        expect(calls.join("")).toBe("ababab");
    });

    it("ends when interrupted", async () => {
        const interruption = new AbortController();
        interruption.abort(new Error("interrupted"));
        await expect(inTurns({ a: async () => 1 }, context(interruption.signal))).rejects.toThrow("interrupted");
    });
});

describe("the command line of the benchmarks", () => {
    const ids = benches.map((bench) => bench.id);

    const parsed = (argv: readonly string[]) => {
        const read = parseBenchOptions(argv, ids);
        return "options" in read ? read.options : expect.unreachable(read.help);
    };

    it("runs all of them five times unless told", () => {
        expect(parsed([])).toEqual({
            runs: 5,
            only: [
                "program-start",
                "peak-memory",
                "policy-overhead",
                "standby-preview",
                "npm-start-10",
                "npm-start-11",
                "npm-start-12",
                "npm-start-13",
                "region-loss",
                "many-streams",
                "backup-speed",
                "mirror-comparison",
            ],
        });
        expect(parsed(["--only", "npm-start-10", "--runs", "7"])).toMatchObject({
            runs: 7,
            only: ["npm-start-10"],
        });
    });

    it("names every mistake at once", () => {
        expect(() => parseBenchOptions(["--runs", "3", "--only", "speed"], ids)).toThrow(
            '--runs is "3"; allowed: a whole number from 5 to 9999.\n--only is "speed"; allowed: program-start, peak-memory, policy-overhead, standby-preview, npm-start-10, npm-start-11, npm-start-12, npm-start-13, region-loss, many-streams, backup-speed, mirror-comparison.',
        );
    });
});
