import type { Policies } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { recoveryContractAnnotation } from "../components/model/cadence";
import type { ContractName } from "../components/model/contract";
import { hours, minutes, seconds, type Seconds } from "../components/model/duration";
import type { Role } from "../components/model/profile";
import { fixtureSystem } from "../components/testing/fixtureSystem";
import { kgents } from "../infra/kgents";
import { policyConfigOf, type PolicySystem } from "../infra/policyConfig";
import { policiesFor } from "./all";

/** A resource as the engine shows it to a policy. */
interface Shown {
    readonly type: string;
    readonly props: Readonly<Record<string, unknown>>;
    /** Role of the stack that it is in. @default dr */
    readonly role?: Role;
    /** Logical name. @default it */
    readonly name?: string;
}

/** What one policy of the system's pack says of a stack's resources. */
function judge(system: PolicySystem, name: string, ...shown: readonly Shown[]): string[] {
    const policy: Policies[number] | undefined = policiesFor().find((candidate) => candidate.name === name);
    const configuration: Readonly<Record<string, object>> = policyConfigOf(system, { project: "project" });
    const getConfig = () => configuration[name] ?? {};
    if (policy === undefined) throw new Error(`the pack has no policy "${name}"`);
    const messages: string[] = [];
    const report = (message: string) => void messages.push(message);
    const resources = shown.map(({ type, props, role = "dr", name = "it" }) => ({
        ...{ type, name, urn: `urn:pulumi:${role}::project::${type}::${name}`, opts: {} },
        ...{ props, propertyDependencies: {} },
    }));
    if ("validateStack" in policy) void policy.validateStack({ resources, getConfig } as never, report);
    else
        for (const validate of [policy.validateResource ?? []].flat())
            for (const resource of resources) void validate({ ...resource, getConfig } as never, report);
    return messages;
}

/** The fixture system with one other limit. */
function promising(contract: ContractName, limit: Seconds): PolicySystem {
    const { contracts } = fixtureSystem;
    return { ...fixtureSystem, contracts: { ...contracts, [contract]: { ...contracts[contract], limit } } };
}

const failover = (role: "PRIMARY" | "SECONDARY", change: Record<string, unknown>) => ({
    type: "aws:route53/record:Record",
    props: { name: "failover.gateway.atlas.example", failoverRoutingPolicies: [{ type: role }], ...change },
});
const check = (requestInterval: number, failureThreshold: number) => ({
    type: "aws:route53/healthCheck:HealthCheck",
    props: { type: "HTTPS", requestInterval, failureThreshold },
});
const configMap = (data: Record<string, unknown>) => ({
    type: "kubernetes:core/v1:ConfigMap",
    props: { data: Object.fromEntries(Object.entries(data).map(([file, value]) => [file, JSON.stringify(value)])) },
});
/** A mirror, and an alert that wakes somebody after that many seconds of silence. */
const watchedMirror = (silence: Seconds) => [
    configMap({ "ORDERS_COPY.json": { name: "ORDERS_COPY", num_replicas: 3, mirror: { name: "ORDERS" } } }),
    configMap({
        "rules.json": {
            groups: [
                {
                    rules: [
                        {
                            alert: "MirrorSilent",
                            expr: `nats_stream_mirror_active_duration_ns{stream_name="ORDERS_COPY"} > ${silence * 1e9}`,
                        },
                    ],
                },
            ],
        },
    }),
];
const topic = (region: string, tags = {}) => ({ type: "aws:sns/topic:Topic", props: { region, tags } });
const member = (name: string) => ({
    type: "kubernetes:helm.sh/v3:Release",
    props: {
        chart: "nats",
        values: {
            config: {
                cluster: { enabled: true, merge: { name } },
                gateway: { enabled: true, merge: { name } },
                serverNamePrefix: "euw1-",
            },
        },
    },
});
const hourlyBackup = {
    type: "kubernetes:batch/v1:CronJob",
    props: {
        metadata: { name: "nats-backup", annotations: { [recoveryContractAnnotation]: "nats-backup-rpo" } },
        spec: { schedule: "0 * * * *", jobTemplate: { spec: { activeDeadlineSeconds: minutes(30) } } },
    },
};

describe("the policies of another system", () => {
    it("have the names and order of the shipped system's", () => {
        const policiesOf = (system: PolicySystem) => Object.keys(policyConfigOf(system, { project: "project" }));
        expect(policiesOf(fixtureSystem)).toEqual(policiesOf(kgents));
    });

    it("hold the TTL of a failover record to its own limit", () => {
        const record = failover("SECONDARY", { ttl: 45 });
        expect(judge(fixtureSystem, "failover-record-ttl", record)).toEqual([]);
        expect(judge(promising("recordTtl", seconds(30)), "failover-record-ttl", record)).toEqual([
            'failover record "it" has ttl 45 s; allowed are 30 s (contract record-ttl): set ttl: 30.',
        ]);
    });

    it("refuse an alias where its own limit is below the time that one is kept, but for one to a record of its zone", () => {
        const aliasTo = (zoneId: string) => failover("SECONDARY", { zoneId: "Z1", aliases: [{ name: "web", zoneId }] });
        expect(judge(fixtureSystem, "failover-record-ttl", aliasTo("ZELB"))).toEqual([]);
        const strict = promising("recordTtl", seconds(30));
        expect(judge(strict, "failover-record-ttl", aliasTo("ZELB"))).toEqual([
            'failover record "it" is an alias, which resolvers keep for 60 s; allowed are 30 s (contract record-ttl): use addresses, and set ttl: 30.',
        ]);
        expect(judge(strict, "failover-record-ttl", aliasTo("Z1"))).toEqual([]);
    });

    it("count an alias as the time that it is kept, and one to a record of its zone as that record's TTL", () => {
        const slowStart = { ...fixtureSystem, standbyStartUp: minutes(5) };
        const target = { type: "aws:route53/record:Record", props: { name: "web", type: "A", ttl: 7 } };
        const aliasTo = (zoneId: string) => failover("PRIMARY", { zoneId: "Z1", aliases: [{ name: "web", zoneId }] });
        const ttlOf = (zoneId: string) =>
            /TTL (\d+) s/.exec(judge(slowStart, "rto-budget", aliasTo(zoneId), target)[0]!)?.[1];
        expect([ttlOf("ZELB"), ttlOf("Z1")]).toEqual(["60", "7"]);
    });

    it("read a TTL that is a text", () => {
        expect(judge(fixtureSystem, "failover-record-ttl", failover("SECONDARY", { ttl: "300" }))).toHaveLength(1);
        expect(judge(fixtureSystem, "failover-record-ttl", failover("SECONDARY", { ttl: "60" }))).toEqual([]);
    });

    it("hold a health check to its own trigger time", () => {
        // Between the two limits there is no timing that Route 53 takes; the rule is the same for this one.
        const slow = check(11, 5);
        expect(judge(kgents, "failover-trigger-time", slow)).toEqual([]);
        expect(judge(fixtureSystem, "failover-trigger-time", slow)).toEqual([
            'health check "it" can take 85 s to notice (5 × (11 s + 6 s)); ' +
                "allowed are 80 s (contract failover-trigger): use requestInterval 10 with failureThreshold 3.",
        ]);
    });

    it("count its own start-up into the recovery time", () => {
        const record = failover("PRIMARY", { ttl: 60 });
        expect(judge(fixtureSystem, "rto-budget", record)).toEqual([]);
        const slowStart = { ...fixtureSystem, standbyStartUp: minutes(5) };
        expect(judge(slowStart, "rto-budget", record)).toEqual([
            expect.stringContaining("after 360 s (detection 0 s + TTL 60 s + start-up 300 s); allowed are 300 s"),
        ]);
    });

    it("hold a backup's cadence to its own recovery point", () => {
        expect(judge(fixtureSystem, "backup-cadence", hourlyBackup)).toEqual([]);
        expect(judge(promising("natsBackupRpo", hours(1)), "backup-cadence", hourlyBackup)).toEqual([
            expect.stringContaining("up to 90 min can be lost; the recovery point allows 1 h"),
        ]);
    });

    it("ask for backups from the phase of its own contracts on", () => {
        const stack = { type: "pulumi:pulumi:Stack", props: { phase: 11 } };
        const { contracts } = fixtureSystem;
        const from = 21;
        const later = (["natsBackupRpo", "clusterVolumesRpo", "configRpo"] as const).map((name) => [
            name,
            { ...contracts[name], from },
        ]);
        expect(judge(fixtureSystem, "backup-present", stack)).toHaveLength(2);
        const system = { ...fixtureSystem, contracts: { ...contracts, ...Object.fromEntries(later) } };
        expect(judge(system, "backup-present", stack)).toEqual([]);
    });

    it("hold a lock to its own retention", () => {
        const bucket = { type: "aws:s3/bucket:Bucket", props: { bucket: "b", tags: { Kind: "nats-backup" } } };
        const lock = {
            type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            props: { bucket: "b", rule: { defaultRetention: { days: 10 } } },
        };
        const ofLock = (system: PolicySystem) =>
            judge(system, "backup-durability", bucket, lock).filter((message) => message.includes("lock:"));
        expect(ofLock(fixtureSystem)).toEqual([]);
        expect(ofLock(promising("backupRetention", hours(24 * 30)))).toEqual([
            'backup bucket "it" lock: retention: 10 d is less than the 30 d of contract backup-retention: keep backups longer.',
        ]);
    });

    it("hold the alarm on a mirror to its own lag", () => {
        expect(judge(kgents, "mirror-lag-alarm", ...watchedMirror(150))).toEqual([]);
        expect(judge(fixtureSystem, "mirror-lag-alarm", ...watchedMirror(150))).toEqual([
            "mirror ORDERS_COPY wakes somebody after 150 s of silence and waiting; allowed are 2 min (contract mirror-lag).",
        ]);
    });

    it("hold the refresh of a secret to its own limit", () => {
        const secret = {
            type: "kubernetes:external-secrets.io/v1:ExternalSecret",
            props: { spec: { refreshInterval: "5m" } },
        };
        expect(judge(fixtureSystem, "secret-refresh", secret)).toEqual([]);
        expect(judge(promising("secretRefresh", minutes(2)), "secret-refresh", secret)).toEqual([
            expect.stringContaining("5 min found; allowed is more than 0 and at most 2 min"),
        ]);
    });

    it("place resources in its own regions", () => {
        expect(judge(fixtureSystem, "own-region", topic("eu-west-1"))).toEqual([]);
        expect(judge(fixtureSystem, "own-region", topic("us-west-2"))).toEqual([
            expect.stringContaining("stack dr owns eu-west-1"),
        ]);
    });

    it("let the primary have in us-east-1 what AWS takes nowhere else, and nothing more", () => {
        const inUsEast1 = (type: string, role: Role, name = "it") => ({ ...topic("us-east-1"), type, role, name });
        for (const type of [
            "aws:acm/certificate:Certificate",
            "aws:acm/certificateValidation:CertificateValidation",
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "aws:sns/topic:Topic",
            "aws:sns/topicSubscription:TopicSubscription",
        ]) {
            expect(judge(fixtureSystem, "own-region", inUsEast1(type, "primary")), type).toEqual([]);
            expect(judge(fixtureSystem, "own-region", inUsEast1(type, "dr")), type).toHaveLength(1);
        }
        const provider = "pulumi:providers:aws";
        expect(judge(fixtureSystem, "own-region", inUsEast1(provider, "primary", "aws-us-east-1"))).toEqual([]);
        expect(judge(fixtureSystem, "own-region", inUsEast1(provider, "primary", "aws"))).toHaveLength(1);
        expect(judge(fixtureSystem, "own-region", inUsEast1("aws:s3/bucket:Bucket", "primary"))).toHaveLength(1);
    });

    it("ask for its own name in the tags", () => {
        const tags = { Project: "kgents", Stack: "dr", ManagedBy: "pulumi" };
        expect(judge(fixtureSystem, "required-tags", topic("eu-west-1", tags))).toEqual([
            '"it": tag Project is "kgents", it has to be "atlas". Cost reports and clean-up go by it.',
        ]);
    });

    it.each([
        ["backup-region", { Kind: "nats-backup" }],
        ["latch-outside-primary", { Purpose: "stop-latch" }],
    ])("keep a bucket out of its own primary region: %s", (policy, tags) => {
        const bucketIn = (region: string) => ({ type: "aws:s3/bucket:Bucket", props: { region, tags } });
        expect(judge(fixtureSystem, policy, bucketIn("us-east-1"))).toEqual([]);
        expect(judge(fixtureSystem, policy, bucketIn("eu-central-1"))).toEqual([
            expect.stringContaining("eu-central-1"),
        ]);
    });

    it("know the name of its own failover pair", () => {
        const record = failover("SECONDARY", { name: "failover.api.kgents.io", type: "TXT" });
        expect(judge(fixtureSystem, "failover-pair-complete", record)).toEqual([
            expect.stringContaining("both halves of the pair are failover.gateway.atlas.example"),
        ]);
    });

    it("know its own NATS clusters and streams", () => {
        expect(judge(fixtureSystem, "distinct-nats-names", member("frankfurt"))).toEqual([
            expect.stringContaining('which is the name of primary\'s; allowed is "dublin"'),
        ]);
        expect(judge(fixtureSystem, "mirror-per-stream", member("dublin"))).toEqual(
            ["ORDERS", "audit-log", "Readings"].map((stream) =>
                expect.stringContaining(`stream ${stream} has no mirror in the standby`),
            ),
        );
        expect(judge(fixtureSystem, "positions-kept", ...watchedMirror(60))).toEqual([
            expect.stringContaining("ORDERS_COPY would be promoted without the positions of the consumers of ORDERS"),
        ]);
    });

    it("ask for the replica of a secret in its own standby", () => {
        const secret = { type: "aws:secretsmanager/secret:Secret", props: { replicas: [] }, role: "primary" } as const;
        expect(judge(fixtureSystem, "secret-refresh", secret)).toEqual([
            expect.stringContaining("needed is one in eu-west-1"),
        ]);
    });

    it("hold a network against its own other networks", () => {
        const network = { type: "aws:ec2/vpc:Vpc", props: { cidrBlock: fixtureSystem.regions.primary.vpcCidr } };
        expect(judge(kgents, "no-overlapping-cidr", network)).toEqual([]);
        expect(judge(fixtureSystem, "no-overlapping-cidr", network)).toEqual([expect.stringContaining("eu-central-1")]);
    });
});
