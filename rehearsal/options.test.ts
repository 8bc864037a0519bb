import { describe, expect, it } from "vitest";
import { deliveredPhases } from "../infra/roadmap";
import { roadmap } from "../stacks/roadmap";
import { parseBenchOptions } from "./bench/options";
import { UsageError } from "./commandLine";
import { parseOptions } from "./options";

describe("parseOptions", () => {
    it("goes to the newest delivered phase by default", () => {
        expect(parseOptions([])).toEqual({
            options: {
                phase: deliveredPhases(roadmap).at(-1)?.id,
                quick: false,
                seed: 1,
                allDrills: false,
                list: false,
                verbose: false,
            },
        });
    });

    it("reads what is given", () => {
        expect(
            parseOptions(["--phase", "11", "--seed=42", "--sabotage", "one-server", "--quick", "--verbose"]),
        ).toEqual({
            options: {
                phase: 11,
                quick: true,
                seed: 42,
                allDrills: false,
                list: false,
                verbose: true,
                sabotage: "one-server",
            },
        });
    });

    it.each(["2.14.7", "2.14.10", "2.15.2", "3.0.0"])("takes %s for NATS servers", (natsServer) => {
        expect(parseOptions(["--nats-server", natsServer])).toMatchObject({ options: { natsServer } });
    });

    it.each([
        [["--phase", "9"], '--phase is "9"; allowed: 10'],
        [["--phase", "next"], '--phase is "next"; allowed: 10'],
        [["--phase"], "option '--phase <N>' argument missing"],
        [["--seed", "-1"], '--seed is "-1"; allowed: a whole number'],
        [["--seed", "1.5"], '--seed is "1.5"; allowed: a whole number'],
        [["--seed", "1000000000"], '--seed is "1000000000"; allowed: a whole number from 0 to 999999999'],
        [["--nats-server", "2.14.6"], '--nats-server is "2.14.6"; allowed: a version from 2.14.7 on, as three numbers'],
        [["--nats-server", "v2.15.2"], '--nats-server is "v2.15.2"; allowed: a version from 2.14.7 on'],
        [["--nats-server", "latest"], '--nats-server is "latest"; allowed: a version from 2.14.7 on'],
        [["--fast"], "unknown option '--fast'"],
        [["--quik"], "unknown option '--quik'\n(Did you mean --quick?)"],
        [["--quick=yes"], "unknown option '--quick=yes'"],
        [["13"], "too many arguments. Expected 0 arguments but got 1"],
    ])("fails on %j with a message that names the option", (argv, message) => {
        expect(() => parseOptions(argv)).toThrow(UsageError);
        expect(() => parseOptions(argv)).toThrow(message);
    });

    it("names every wrong value at once", () => {
        expect(() => parseOptions(["--phase", "9", "--seed", "x"])).toThrow(/--phase is "9".*\n--seed is "x"/);
    });
});

describe("--help", () => {
    it.each([
        ["npm start", parseOptions(["--help"]), ["Exit status: 0 passed", "130 interrupted", "--sabotage <ID>"]],
        ["npm run bench", parseBenchOptions(["--help"], ["speed"]), ["some of speed", "--runs <N>"]],
    ])("of %s fits 80 columns and has every option", (command, read, parts) => {
        const text = "help" in read ? read.help : expect.unreachable("no help");
        expect(text).toContain(`Usage: ${command} -- [options]`);
        for (const part of parts) expect(text).toContain(part);
        expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    });
});
