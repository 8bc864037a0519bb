import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import { expect, it } from "vitest";
import { kgents } from "../infra/kgents";
import { requiredTags } from "../components/model/requiredTags";
import { policyNames, type PolicyConfiguration } from "../components/model/policyConfig";
import { describeOnEngine } from "./testing/engine";
import { awsProvider, kubernetesProvider } from "./testing/harness";
import { redPrimary, redStandby } from "./testing/redPrograms";

describeOnEngine(
    "the shipped pack as `--policy-pack policies`, without a configuration file",
    (judge) => {
        it("turns every policy red", async () => {
            const primary = await judge({ stack: "primary", program: redPrimary });
            const standby = await judge({ stack: "dr", program: redStandby });
            expect([...primary.policies, ...standby.policies].sort()).toEqual([...policyNames].sort());
            // An initial configuration without a level would make its policy advisory.
            expect([...primary.advisory, ...standby.advisory]).toEqual([]);
            expect([primary.exitCode, standby.exitCode]).not.toContain(0);
        });

        it("says once what it cannot look at in a stack without a role", async () => {
            const judgement = await judge({ stack: "unnamed", program: () => undefined });
            expect(judgement.all).toEqual([expect.stringContaining("policy-coverage: Not looked at: own-region, ")]);
            expect(judgement.messages[0]).toContain('Stack "unnamed" has no role');
            expect(judgement.exitCode).toBe(0);
        });
    },
    { form: "folder" },
);

describeOnEngine("what only an engine shows", (judge) => {
    it("judges what a preview knows, says where it cannot look, and reads a provider's properties", async () => {
        const judgement = await judge({
            program: () => {
                const cluster = { provider: kubernetesProvider() };
                const later = new random.RandomId("later", { byteLength: 4 }).hex;
                const pod = (image: typeof later | string) => ({
                    containers: [{ name: "main", image, env: [{ name: "LATER", value: later }] }],
                });
                new kubernetes.core.v1.Pod("seen", { metadata: { name: "seen" }, spec: pod("api:latest") }, cluster);
                new kubernetes.core.v1.Pod("unseen", { metadata: { name: "unseen" }, spec: pod(later) }, cluster);
                new aws.sns.Topic("pages", { name: "pages" }, { provider: awsProvider("dr", "us-east-1") });
            },
        });
        expect(judgement.messages).toEqual([
            expect.stringContaining('"aws-us-east-1" would be in us-east-1'),
            expect.stringContaining('"pages" would be in us-east-1'),
            expect.stringContaining('"seen" uses image "api:latest"'),
        ]);
        expect(judgement.unlooked).toEqual(["pinned-images"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("takes role and environment from a stack's own settings", async () => {
        const judgement = await judge({
            stack: "eu",
            config: { role: "dr", environment: "staging" },
            program: () => void awsProvider("dr", "us-east-1"),
        });
        expect(judgement.all).toEqual([
            expect.stringContaining('own-region: "aws-us-east-1" would be in us-east-1, but stack eu owns us-west-2'),
        ]);
    });

    it("takes the live name of an environment from a stack's own settings", async () => {
        const judgement = await judge({
            stack: "staging-dr",
            config: { dns: { liveName: "beta.kgents.io" } },
            program: () => {
                const opts = {
                    provider: awsProvider("dr", "us-west-2", requiredTags(kgents, "staging-dr", "staging")),
                };
                const half = { setIdentifier: "dr", zoneId: "Z1", failoverRoutingPolicies: [{ type: "SECONDARY" }] };
                for (const name of ["failover.beta.kgents.io", "failover.staging-api.kgents.io"]) {
                    const address = { type: "A", ttl: 60, records: ["192.0.2.1"] };
                    new aws.route53.Record(`${name}-a`, { ...half, ...address, name }, opts);
                    new aws.route53.Record(
                        `${name}-txt`,
                        { ...half, type: "TXT", ttl: 60, records: ["dr"], name },
                        opts,
                    );
                }
            },
        });
        expect(judgement.all.join("\n")).toMatch(
            /staging-api\.kgents\.io.*both halves of the pair are failover\.beta\.kgents\.io/,
        );
        expect(judgement.all.join("\n")).not.toContain("failover.beta.kgents.io is named");
    });

    it("adds missing tags to what an update deploys", async () => {
        const judgement = await judge({
            operation: "up",
            program: () => {
                const untagged = awsProvider("dr", "us-west-2", {});
                new aws.sns.Topic("pages", { name: "pages", tags: { Team: "platform" } }, { provider: untagged });
            },
        });
        expect(judgement.all).toEqual([]);
        expect(judgement.deployed("pages").tags).toEqual({
            ...{ Team: "platform", Project: "kgents", Stack: "dr", ManagedBy: "pulumi" },
        });
    });
});

describeOnEngine("a configuration file", (judge) => {
    const record = () => {
        const opts = { provider: awsProvider("dr") };
        const pair = { name: "failover.api.kgents.io", setIdentifier: "dr", zoneId: "Z1" };
        const role = { failoverRoutingPolicies: [{ type: "SECONDARY" }] };
        new aws.route53.Record("record", { ...pair, ...role, type: "A", ttl: 400, records: ["192.0.2.1"] }, opts);
        new aws.route53.Record("marker", { ...pair, ...role, type: "TXT", ttl: 300, records: ["dr"] }, opts);
    };

    it("is refused with everything that is wrong with it, before anything is made", async () => {
        const policyConfig = {
            "failover-record-tll": { enforcementLevel: "mandatory", ttl: 30 },
            "failover-record-ttl": { ttl: 300, tll: 60 },
            "backup-durability": { retention: 3600 },
        };
        const judgement = await judge({ operation: "up", program: record, policyConfig: policyConfig as never });
        expect(judgement.all.filter((message) => message.startsWith("policy-configuration"))).toEqual([
            "policy-configuration: backup-durability.retention: 1 h found, looser than the 7 d of contract backup-retention: raise it, or say why in backup-durability.reason.",
            expect.stringContaining(
                "policy-configuration: failover-record-tll: no policy has this name; allowed are own-region, ",
            ),
            "policy-configuration: failover-record-ttl.tll: unknown key; allowed are ttl, reason.",
            "policy-configuration: failover-record-ttl.ttl: 5 min found, looser than the 1 min of contract record-ttl: lower it, or say why in failover-record-ttl.reason.",
        ]);
        expect(judgement.exitCode).not.toBe(0);
        expect(judgement.deployed("record")).toEqual({});
    });

    it("loosens a limit with a reason, which every report of the policy repeats", async () => {
        const policyConfig: PolicyConfiguration = {
            "failover-record-ttl": { ttl: 300, reason: "clients of a partner keep names for 5 min anyway" },
        };
        const judgement = await judge({ program: record, policyConfig });
        expect(judgement.all).toEqual([
            'failover-record-ttl: failover record "record" has ttl 400 s; allowed are 300 s (contract record-ttl): set ttl: 300. ' +
                "The limit is looser than its contract: clients of a partner keep names for 5 min anyway",
            "policy-coverage: failover-record-ttl allows 5 min (ttl), where the contract allows 1 min: clients of a partner keep names for 5 min anyway",
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });
});
