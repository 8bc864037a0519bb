import { describe, expect, it } from "vitest";
import type { EngineRun } from "./engineRun";
import { describeRun } from "./progress";

const run: EngineRun = {
    stack: "dr",
    phase: 11,
    operation: "up",
    seconds: 2.14,
    changes: { create: 12, same: 3 },
    violations: [],
    unlooked: [],
};

describe("describeRun", () => {
    it("tells stack, operation, changes, time and violations in one line", () => {
        expect(describeRun(run)).toBe("dr up: 12 create, 3 same (2.1 s; 0 violations)");
    });

    it("tells of policies that could not look", () => {
        expect(describeRun({ ...run, violations: ["a"], unlooked: ["b", "c"] })).toBe(
            "dr up: 12 create, 3 same (2.1 s; 1 violation, 2 unlooked)",
        );
    });

    it("says so when there was nothing to do, and never takes more than 70 columns", () => {
        expect(describeRun({ ...run, changes: {} })).toBe("dr up: nothing (2.1 s; 0 violations)");
        const changes = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`operation-${index}`, index]));
        expect(describeRun({ ...run, changes })).toHaveLength(70);
    });
});
