import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { record, type RecordOptions } from "../components/testing/record";
import { minutes } from "../components/model/duration";
import type { Parts } from "../infra/parts";
import type { Role } from "../components/model/profile";
import { kgents } from "../infra/kgents";
import { readSettings } from "../infra/settings";
import { createContext } from "../infra/stack";
import { externalBackupBuilder as externalBackup } from "./builders/externalBackup";
import { roadmap } from "./roadmap";

const backups = (kind: string) => ({
    bucketName: `kgents-${kind}-backups-usw2-123456789012`,
    bucketArn: `arn:aws:s3:::kgents-${kind}-backups-usw2-123456789012`,
    keyArn: "arn:aws:kms:us-west-2:123456789012:key/1",
    region: "us-west-2",
    prefix: `use1/${kind}`,
});
const drOutputs = { phase: 11, natsBackups: backups("nats"), clusterBackups: backups("velero") };

function options(outputs: object): RecordOptions {
    return {
        invokes: {
            "pulumi:pulumi:readStackOutputs": () => ({ outputs }),
            "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
        },
        outputs: {
            "pulumi:pulumi:StackReference": () => ({ outputs, secretOutputNames: [] }),
            "random:index/randomPassword:RandomPassword": () => ({ result: "RandomPasswordOfTests" }),
        },
    };
}

/** What a stack registers by this phase alone. */
async function build(role: "primary" | "dr", settings: object = {}, { peer = drOutputs as object, nats = true } = {}) {
    let outputs: Record<string, unknown> = {};
    const recording = await record(
        async () => {
            const values = Object.fromEntries(
                Object.entries({ phase: 10, ...settings }).map(([key, value]) => [
                    `kgents-dr:${key}`,
                    JSON.stringify(value),
                ]),
            );
            const read = readSettings(role, "kgents-dr", { values }, kgents, roadmap);
            const stack = createContext(role as Role, kgents, { ...read.settings, phase: 11 }, roadmap);
            const result = await (
                externalBackup[role] as (stack: unknown, parts: Parts) => Promise<{ outputs?: Record<string, unknown> }>
            )(stack, parts(nats));
            outputs = result.outputs ?? {};
        },
        { ...options(peer), project: "kgents-dr", stack: role },
    );
    return { recording, outputs };
}

/** What the phase has against a stack beforehand; nothing is registered by then. */
async function before(role: "primary" | "dr", backup: object, peer: object): Promise<string> {
    let objection = "";
    const recording = await record(
        async () => {
            const { settings } = readSettings(
                role,
                "kgents-dr",
                { values: { "kgents-dr:phase": "11", "kgents-dr:nats": JSON.stringify({ backup }) } },
                kgents,
                roadmap,
            );
            await externalBackup.before!(createContext(role as Role, kgents, settings, roadmap)).catch(
                (error: Error) => (objection = error.message),
            );
        },
        { ...options(peer), project: "kgents-dr", stack: role },
    );
    expect(recording.children).toEqual(["pulumi:providers:aws aws"]);
    return objection.replace(/^.*waits for:/, "");
}

function parts(nats: boolean): Parts {
    return {
        cluster: {
            clusterName: pulumi.output("kgents-primary"),
            endpoint: pulumi.output("https://cluster"),
            vpcId: pulumi.output("vpc-1"),
            securityGroupId: pulumi.output("sg-1"),
            provider: new kubernetes.Provider("cluster", {}),
            storageClass: "gp3",
            ready: [],
        },
        namespaces: kgents.namespaces,
        ...(nats ? { nats: { url: "nats://nats.kgents-agents.svc:4222", authSecret: "nats-auth", ready: [] } } : {}),
    };
}

const components = (children: readonly string[]) =>
    children.filter((child) => child.startsWith("drkit:") && !child.startsWith("drkit:index:PodRole"));

describe("phase 11 of dr", () => {
    it("has a bucket for each kind of backup, and the alarm on the newest one's age", async () => {
        const { recording, outputs } = await build("dr");
        expect(components(recording.children)).toEqual([
            "drkit:index:BackupAgeAlarm nats-backup-age",
            "drkit:index:BackupBucket nats-backups",
            "drkit:index:BackupBucket velero-backups",
        ]);
        expect(Object.keys(outputs)).toEqual(["natsBackups", "clusterBackups", "backupTopicArn", "backupCadence"]);
        expect(outputs["backupCadence"]).toEqual({ schedule: "0 * * * *", deadline: minutes(30) });
    });

    it("exports what the primary has to know, by names that can be computed", async () => {
        const { recording } = await build("dr");
        expect(
            recording.resources
                .filter((resource) => resource.type === "aws:s3/bucket:Bucket")
                .map((bucket) => bucket.inputs["bucket"]),
        ).toEqual(["kgents-nats-backups-usw2-123456789012", "kgents-velero-backups-usw2-123456789012"]);
        const alarm = recording.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs;
        expect(alarm["evaluationPeriods"]).toBe(2);
        expect(recording.one("aws:s3/bucketMetric:BucketMetric").inputs["filter"]).toEqual({
            prefix: "use1/nats/complete/",
        });
    });

    it("locks the streams' backups only, in the way that the settings ask for", async () => {
        const { recording } = await build("dr", {
            nats: { backup: { objectLock: "compliance" } },
            backup: { retentionDays: 30 },
        });
        expect(
            recording.one("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs["rule"],
        ).toEqual({
            defaultRetention: { mode: "COMPLIANCE", days: 30 },
        });
    });
});

describe("phase 11 of primary", () => {
    it("backs up its streams and its cluster, and has the restore ready", async () => {
        const { recording } = await build("primary");
        expect(components(recording.children)).toEqual([
            "drkit:index:ClusterBackup cluster-backup",
            "drkit:index:NatsBackup nats-backup",
            "drkit:index:NatsRestore nats-restore",
        ]);
    });

    it("writes to the bucket that dr exports, in the folder of its own region", async () => {
        const { recording } = await build("primary");
        const pod = recording.one("kubernetes:batch/v1:CronJob", "nats-backup-job").inputs["spec"].jobTemplate.spec
            .template.spec;
        expect(pod.containers[0].env.slice(0, 3)).toEqual([
            { name: "BUCKET", value: "kgents-nats-backups-usw2-123456789012" },
            { name: "PREFIX", value: "use1/nats" },
            { name: "AWS_REGION", value: "us-west-2" },
        ]);
        expect(pod.initContainers[0].env).toContainEqual({ name: "STREAMS", value: "AGENTESE EVENTS" });
    });

    it("backs up both namespaces, daily with volumes for as long as the settings say, and every half hour their objects for a week", async () => {
        const schedulesOf = async (backup: object) => {
            const { recording } = await build("primary", { backup });
            return recording.resources
                .filter(({ type }) => type === "kubernetes:velero.io/v1:Schedule")
                .map(({ inputs: { metadata, spec } }) => [
                    metadata.name,
                    spec.schedule,
                    spec.template.includedNamespaces,
                    spec.template.snapshotMoveData,
                    spec.template.ttl,
                ]);
        };
        const both = ["kgents-triad", "kgents-agents"];
        const config = ["config-backup", "*/30 * * * *", both, false, "168h0m0s"];
        expect(await schedulesOf({})).toEqual([["daily-cluster-backup", "0 3 * * *", both, true, "336h0m0s"], config]);
        expect(await schedulesOf({ retentionDays: 30 })).toEqual([
            ["daily-cluster-backup", "0 3 * * *", both, true, "720h0m0s"],
            config,
        ]);
    });

    it("says which stack goes first when dr has no bucket yet", async () => {
        await expect(build("primary", {}, { peer: { phase: 10 } })).rejects.toThrow(
            /needs output "natsBackups" of stack dr[^]*pulumi config set --stack dr kgents-dr:phase 11, then pulumi up --stack dr/,
        );
    });

    it("asks how to reach NATS that is the user's own, and takes the answer", async () => {
        await expect(build("primary", {}, { nats: false })).rejects.toThrow(
            /kgents-dr:nats\.access of stack primary is missing[^]*--path kgents-dr:nats\.access\.url/,
        );
        const { recording } = await build(
            "primary",
            { nats: { access: { url: "nats://nats.kgents-agents.svc:4222" } } },
            { nats: false },
        );
        const pod = recording.one("kubernetes:batch/v1:CronJob", "nats-backup-job").inputs["spec"].jobTemplate.spec
            .template.spec;
        expect(pod.initContainers[0].env[0]).toEqual({ name: "NATS_URL", value: "nats://nats.kgents-agents.svc:4222" });
    });

    it.each<[string, object, string[]]>([
        ["the cadence that dr's alarm expects", { schedule: "0 * * * *", deadlineMinutes: 30 }, []],
        ["dr still without an alarm", {}, []],
        [
            "another one",
            { schedule: "0 */12 * * *", deadlineMinutes: 45 },
            [
                'kgents-dr:nats.backup.schedule: "0 */12 * * *" found, and stack dr, which has the alarm on the newest backup\'s age, expects "0 * * * *": give both stacks the same, stack dr first',
                "kgents-dr:nats.backup.deadlineMinutes: 45 min found, and stack dr, which has the alarm on the newest backup's age, expects 30 min: give both stacks the same, stack dr first",
            ],
        ],
    ])("looks at the cadence before anything is registered: %s", async (what, backup, expected) => {
        const peer = {
            ...drOutputs,
            ...(what.startsWith("dr") ? {} : { backupCadence: { schedule: "0 * * * *", deadline: minutes(30) } }),
        };
        expect(await before("primary", backup, peer)).toBe(expected.map((line) => `\n  - ${line}`).join(""));
    });

    it("leaves a snapshot controller alone that the cluster has already", async () => {
        const { recording } = await build("primary", { cluster: { snapshotController: false } });
        expect(recording.children.filter((child) => child.includes("Addon"))).toEqual([]);
    });
});
