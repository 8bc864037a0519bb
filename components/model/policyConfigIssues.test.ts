import { describe, expect, it } from "vitest";
import { looserLimits, policyConfigIssues } from "./policyConfigIssues";

describe("policyConfigIssues", () => {
    it("finds nothing wrong with nothing, with a level alone, and with what the CLI reads itself", () => {
        expect(policyConfigIssues({})).toEqual([]);
        expect(policyConfigIssues({ all: "advisory", environments: ["dev"], "own-region": "disabled" })).toEqual([]);
        expect(policyConfigIssues({ "policy-coverage": { enforcementLevel: "disabled" } })).toEqual([]);
    });

    it.each<[string, Record<string, unknown>, string]>([
        [
            "a policy that does not exist",
            { "own-regions": {} },
            "own-regions: no policy has this name; allowed are own-region, ",
        ],
        [
            "a key that does not exist",
            { "rto-budget": { tto: 5 } },
            "rto-budget.tto: unknown key; allowed are rto, standbyStartUp, reason",
        ],
        [
            "a key of a policy that has none",
            { "pinned-images": { allow: [] } },
            "pinned-images.allow: unknown key; allowed is none",
        ],
        [
            "a level that does not exist",
            { "own-region": "block" },
            'own-region.enforcementLevel: "block" found; allowed is advisory, mandatory',
        ],
        [
            "a TTL as a text",
            { "failover-record-ttl": { ttl: "60" } },
            'failover-record-ttl.ttl: "60" found; allowed is a number',
        ],
        [
            "a negative TTL",
            { "failover-record-ttl": { ttl: -1 } },
            "failover-record-ttl.ttl: -1 found; allowed is 0 or more",
        ],
        ["no object", { "own-region": 5 }, "own-region: 5 found; allowed is a level"],
        [
            "a role that does not exist",
            { "own-region": { project: "p", regions: { standby: "eu-west-1" } } },
            "own-region.regions.standby: unknown key; allowed are primary, dr, witness",
        ],
        [
            "a stack without a role",
            { "gitops-per-region": { project: "p", stacks: { eu: "main" } } },
            'gitops-per-region.stacks.eu: "main" found; allowed is primary, dr, witness',
        ],
        [
            "a stream without a mirror",
            { "positions-kept": { project: "p", streams: [{ name: "A" }] } },
            "positions-kept.streams[0].mirror: missing",
        ],
        [
            "half a system",
            { "own-region": { regions: { primary: "eu-west-1" } } },
            "own-region.project: missing, and regions given: without it the policy cannot look",
        ],
        ["an empty reason", { "rto-budget": { rto: 900, reason: " " } }, "rto-budget.reason: empty; allowed is a text"],
        [
            "an empty list of pairs",
            { "failover-pair-complete": { project: "p", pairs: [] } },
            "failover-pair-complete.pairs: empty; allowed are 1 entries or more",
        ],
    ])("names %s", (_title, configuration, message) => {
        expect(policyConfigIssues(configuration)).toEqual([expect.stringContaining(message)]);
    });

    it.each<[string, Record<string, unknown>, string]>([
        [
            "a longer time",
            { "failover-record-ttl": { ttl: 300 } },
            "failover-record-ttl.ttl: 5 min found, looser than the 1 min of contract record-ttl: lower it, or say why in failover-record-ttl.reason",
        ],
        [
            "a shorter retention",
            { "backup-durability": { retention: 86_400 } },
            "backup-durability.retention: 1 d found, looser than the 7 d of contract backup-retention: raise it, or say why in backup-durability.reason",
        ],
        [
            "a longer recovery point",
            { "backup-cadence": { recoveryPoints: { "config-rpo": 7200, theirs: 9 } } },
            "backup-cadence.recoveryPoints.config-rpo: 2 h found, looser than the 1 h of contract config-rpo: lower it, or say why in backup-cadence.reason",
        ],
        [
            "a latch left out",
            { "failover-pair-complete": { project: "p", pairs: ["a"], latch: false } },
            "failover-pair-complete.latch: false found, looser than the true of contract latch: leave it out, or say why in failover-pair-complete.reason",
        ],
    ])("asks for a reason for %s, and takes one", (_title, configuration, message) => {
        expect(policyConfigIssues(configuration)).toEqual([message]);
        const [[policy, config]] = Object.entries(configuration) as [[string, object]];
        expect(policyConfigIssues({ [policy]: { ...config, reason: "agreed with the customers" } })).toEqual([]);
    });

    it("names everything at once", () => {
        const wrong = { nobody: {}, "rto-budget": { rto: 900, x: 1 }, "own-region": { project: 3 } };
        expect(policyConfigIssues(wrong).map((issue) => issue.split(":")[0])).toEqual([
            ...["nobody", "own-region.project", "rto-budget.rto", "rto-budget.x"],
        ]);
    });

    it("holds limits against the contracts that it is given", () => {
        const contracted = { "failover-trigger-time": { triggerTime: 80 } };
        expect(policyConfigIssues({ "failover-trigger-time": { triggerTime: 85 } })).toEqual([]);
        expect(policyConfigIssues({ "failover-trigger-time": { triggerTime: 85 } }, contracted)).toEqual([
            expect.stringContaining("85 s found, looser than the 80 s of contract failover-trigger"),
        ]);
    });
});

describe("looserLimits", () => {
    it("are none of those that are as strict as their contract, or stricter", () => {
        expect(looserLimits({ "failover-record-ttl": { ttl: 60 }, "backup-durability": { retention: 9e6 } })).toEqual(
            [],
        );
    });

    it("carry the reason that was given", () => {
        expect(looserLimits({ "secret-refresh": { refresh: 600, reason: "paid by the call" } })).toEqual([
            ...[{ policy: "secret-refresh", key: "refresh", value: 600, contract: 300, reason: "paid by the call" }],
        ]);
    });
});
