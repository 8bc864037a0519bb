import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { policiesFor } from "./all";

const allPolicies = policiesFor();

describe("the policy pack", () => {
    it("holds exactly these policies", () => {
        expect(allPolicies.map((policy) => policy.name)).toEqual([
            "policy-configuration",
            "policy-coverage",
            "own-region",
            "required-tags",
            "pinned-images",
            "protected-state",
            "backup-cadence",
            "backup-region",
            "backup-durability",
            "backup-present",
            "failover-record-ttl",
            "failover-trigger-time",
            "rto-budget",
            "failover-pair-complete",
            "no-disabled-checks",
            "latch-outside-primary",
            "meta-quorum-survives-region",
            "sync-interval-always",
            "distinct-nats-names",
            "mirror-per-stream",
            "mirror-lag-alarm",
            "positions-kept",
            "secret-refresh",
            "gitops-per-region",
            "no-overlapping-cidr",
            "standby-capacity",
        ]);
    });

    it("lets none of them be merely advisory", () => {
        // What only tells what was not looked at stops nothing.
        for (const policy of allPolicies.filter(({ name }) => name !== "policy-coverage"))
            expect(["mandatory", "remediate"], policy.name).toContain(policy.enforcementLevel);
    });

    it("is what the README lists", () => {
        const readme = readFileSync(path.join(__dirname, "../README.md"), "utf8");
        const rows = allPolicies.map((policy) => `| \`${policy.name}\` | ${policy.description} |`);
        const [, section = ""] = readme.split("## Policies");
        expect(section.split("\n").filter((line) => line.startsWith("| `"))).toEqual(rows);
    });
});
