import { describe, expect, it } from "vitest";
import {
    formatChanges,
    formatMeasurement,
    formatRevision,
    formatSeconds,
    formatTarget,
    formatViolations,
    plural,
} from "./format";
import { contracts } from "./testing/sampleResult";

describe("figures in a report", () => {
    it.each([
        [0, "0 s"],
        [0.8412, "0.841 s"],
        [300, "300 s"],
        [300.04, "300.04 s"],
        [-2.5, "-2.5 s"],
        [600, "10 min"],
        [4_512.345, "1 h 15 min 12.35 s"],
        [86_400, "1 d"],
        [-3_660, "-1 h 1 min"],
    ])("writes %d s as %s", (value, text) => {
        expect(formatSeconds(value)).toBe(text);
    });

    it("never writes a value beyond a limit like the limit itself", () => {
        expect(formatSeconds(contracts.apiRto.limit + 0.01)).not.toBe(formatSeconds(contracts.apiRto.limit));
    });

    it("gives each unit its name", () => {
        expect(formatMeasurement({ value: 10_000, unit: "messages" })).toBe("10,000 messages");
        expect(formatMeasurement({ value: 1.5, unit: "s" })).toBe("1.5 s");
    });

    it("says which side of a target is the good one", () => {
        expect(formatTarget(contracts.apiRto)).toBe("≤ 5 min");
        expect(formatTarget(contracts.backupRetention)).toBe("≥ 7 d");
    });

    it("leaves out steps that did not happen", () => {
        expect(formatChanges({ create: 3, update: 0, same: 1 })).toBe("3 create, 1 same");
        expect(formatChanges({})).toBe("nothing");
    });

    it("names policies that could not look, too", () => {
        expect(formatViolations({ violations: ["a"], unlooked: ["b"] })).toBe("a, b (could not look)");
        expect(formatViolations({ violations: [], unlooked: [] })).toBe("none");
    });

    it("shortens a revision, and keeps that files differed from it", () => {
        expect(formatRevision("8d5e9d6c0ffee00012345678-dirty")).toBe("8d5e9d6c0ffe-dirty");
        expect(formatRevision("unknown")).toBe("unknown");
    });

    it("counts in singular and plural", () => {
        expect([plural(1, "check"), plural(2, "check"), plural(2, "try", "tries")]).toEqual([
            "1 check",
            "2 checks",
            "2 tries",
        ]);
    });
});
