import { describe, expect, it } from "vitest";
import { deliveredPhases } from "../infra/phase";
import { parseOptions } from "./options";

describe("parseOptions", () => {
    it("goes to the newest delivered phase by default", () => {
        expect(parseOptions([])).toEqual({
            phase: deliveredPhases.at(-1),
            quick: false,
            seed: 1,
            list: false,
            help: false,
        });
    });

    it.each([
        [["--phase", "9"], '--phase is "9"; allowed: 10'],
        [["--phase", "next"], '--phase is "next"; allowed: 10'],
        [["--seed", "-1"], "'--seed' argument is ambiguous"],
        [["--seed", "1.5"], '--seed is "1.5"; allowed: a whole number'],
        [["--fast"], "Unknown option '--fast'"],
    ])("fails on %j with a message that names the option", (argv, message) => {
        expect(() => parseOptions(argv)).toThrow(message);
    });
});
