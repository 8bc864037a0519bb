import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { programImages, repositoryOf } from "../components/cluster/imageArchitectures";
import type { AlertRule } from "../components/nats/natsAlerts";
import type { RuleGroup } from "../components/standby/observabilityRules";
import type { Recording } from "../components/testing/record";
import type { Role } from "../components/model/profile";
import { kgents } from "../infra/kgents";
import { buildWarmStandby as build, exported, primaryLoadBalancer } from "./testing/warmStandby";

const variables = (recording: Recording, cronJob: string, container: string): Record<string, string> => {
    const pod = recording.one("kubernetes:batch/v1:CronJob", cronJob).inputs["spec"].jobTemplate.spec.template.spec;
    const { env } = [...pod.containers, ...(pod.initContainers ?? [])].find(({ name }) => name === container);
    return Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]));
};

/** The alerting rules in the file of a stack. */
const rulesOf = (recording: Recording): AlertRule[] =>
    JSON.parse(
        recording.one("kubernetes:core/v1:ConfigMap", "observability-rules").inputs["data"]["drkit.rules.yml"],
    ).groups.flatMap(({ rules }: RuleGroup) => rules);

/** Every `image` in a pod or a chart's values, as text or as repository and tag. */
function imagesIn(value: unknown): string[] {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
        if (key !== "image") return imagesIn(inner);
        return typeof inner === "string" ? [inner] : [`${inner.repository}:${inner.tag}`];
    });
}

describe("phase 13 of dr", () => {
    // A whole stack takes a second or two: the tests that look at it as it is look at one.
    let standby: Recording;
    beforeAll(async () => {
        standby = (await build("dr")).recording;
    });

    it("has the canary call the standby's own load balancer: the public name leads to the primary until the day", () => {
        expect(variables(standby, "standby-canary-canary", "check")).toMatchObject({
            API_URL: "https://api.kgents.io/v1/agents",
            API_CONNECT_TO: "::kgents-dr-api.elb.amazonaws.com:443",
        });
    });

    it("runs on what the primary runs on, never on Spot, and on the defaults where the primary's cluster was adopted", async () => {
        const nodes = async (settings: object, more: object) => {
            const { recording } = await build("dr", { ...settings }, { primary: { ...exported.primary, ...more } });
            const { instanceTypes, capacityType, scalingConfig } = recording.one("aws:eks/nodeGroup:NodeGroup").inputs;
            return [instanceTypes, scalingConfig.minSize, capacityType];
        };
        const nodeFloor = { nodes: 5, instanceTypes: ["m7i.large", "m6i.large"] };
        expect(await nodes({}, { nodeFloor })).toEqual([["m7i.large", "m6i.large"], 5, "ON_DEMAND"]);
        expect(await nodes({ cluster: { nodes: 6 } }, { nodeFloor })).toEqual([
            ["m7i.large", "m6i.large"],
            6,
            "ON_DEMAND",
        ]);
        expect(await nodes({}, {})).toEqual([["t3.medium", "t3a.medium"], 3, "ON_DEMAND"]);
    });

    it("goes to an adopted network by the subnets that the settings name, and lets go of its balancers when told to", async () => {
        const subnets = {
            routeTableIds: ["rtb-0a"],
            privateSubnetIds: ["subnet-0a", "subnet-0b"],
            publicSubnetIds: ["subnet-1a", "subnet-1b"],
        };
        const cluster = { mode: "adopt", name: "theirs", deletionProtection: false };
        const { recording } = await build("dr", { cluster, network: subnets });
        const balancers = recording.resources.filter(({ type }) => type === "aws:lb/loadBalancer:LoadBalancer");
        expect(
            balancers
                .map(({ inputs }) => [inputs["name"], inputs["subnets"], inputs["enableDeletionProtection"]])
                .sort(),
        ).toEqual([
            ["kgents-dr-api", ["subnet-1a", "subnet-1b"], false],
            ["kgents-dr-gateways", ["subnet-0a", "subnet-0b"], false],
        ]);
    });

    it("keeps the positions of the origins' durables in the standby's own cluster, as soon as the mirrors are there", () => {
        expect(variables(standby, "durable-positions-job", "durable-positions")).toMatchObject({
            NATS_URL: "nats://nats.kgents-agents.svc:4222",
            STREAMS: "AGENTESE EVENTS",
        });
        const { data } = standby.one("kubernetes:core/v1:ConfigMap", "durable-positions-settings").inputs;
        expect(JSON.parse(data["DURABLE_POSITIONS.json"]).placement).toEqual({ cluster: "usw2" });
    });

    it.each([
        ["primary", "meta-watch-use1"],
        ["dr", "meta-watch-usw2"],
    ] as const)(
        "asks in %s every minute whether all seven vote, with the system account, and has the alert on it",
        async (role, name) => {
            const recording = role === "dr" ? standby : (await build(role)).recording;
            expect(recording.one("kubernetes:batch/v1:CronJob", "meta-watch-job").inputs["metadata"]).toEqual({
                name,
                namespace: "kgents-agents",
            });
            expect(variables(recording, "meta-watch-job", name)).toMatchObject({
                NATS_USER: "sys",
                EXPECT_SERVERS: "7",
            });
            const incomplete = rulesOf(recording).find(({ alert }) => alert === "NatsMetaGroupIncomplete");
            expect(incomplete?.expr).toContain(`namespace="kgents-agents",cronjob="${name}"`);
        },
    );

    it("has its rules and dashboard where Prometheus and Grafana read them, and a link to what the settings say", async () => {
        const { recording } = await build("dr", {
            alerts: { prometheus: { namespace: "monitoring", runbookUrl: "https://git.example/alerts.md" } },
        });
        const names = ["observability-rules", "observability-dashboard"];
        expect(
            names.map((name) => recording.one("kubernetes:core/v1:ConfigMap", name).inputs["metadata"].namespace),
        ).toEqual(["monitoring", "monitoring"]);
        const [first] = rulesOf(recording);
        expect(first?.annotations.runbook_url).toBe("https://git.example/alerts.md#natsserverdown");
        expect(first?.expr).toBe("count(nats_varz_mem) < 3 or absent(nats_varz_mem)");
    });

    it("deploys no image whose architectures nobody wrote down", () => {
        expect(
            [...new Set(standby.resources.flatMap(({ inputs }) => imagesIn(inputs)).map(repositoryOf))].sort(),
        ).toEqual(Object.keys(programImages).sort());
    });

    it("has its alerts as a PrometheusRule that the operator finds, with one on diverged mirrors where a label tells the regions apart", async () => {
        const prometheus = { operator: true, ruleLabels: { release: "prometheus" }, regionLabel: "region" };
        const { recording } = await build("dr", { alerts: { prometheus } });
        const { metadata, spec } = recording.one("kubernetes:monitoring.coreos.com/v1:PrometheusRule").inputs;
        expect(metadata.labels).toEqual({ release: "prometheus" });
        const nats = recording.resources.find(
            ({ type, inputs }) => type === "kubernetes:helm.sh/v3:Release" && inputs.chart === "nats",
        );
        expect(nats?.inputs.values.promExporter.podMonitor).toEqual({
            enabled: true,
            merge: { metadata: { labels: { release: "prometheus" } } },
        });
        const alerts = spec.groups.flatMap(({ rules }: { rules: { alert: string }[] }) =>
            rules.map(({ alert }) => alert),
        );
        expect(alerts).toEqual(
            expect.arrayContaining(
                ["Silent", "NeverConnected", "Absent", "Behind", "Diverged"].map(
                    (what) => `NatsMirror${what}_AGENTESE_MIRROR`,
                ),
            ),
        );
    });

    it.each(["primary", "dr"] as const)(
        "fills the secrets of the system's own workloads that the settings list, in %s",
        async (role) => {
            const secrets = [{ name: "kgents/api", secret: "api-keys" }];
            const { recording } = await build(role, { secrets });
            expect(
                recording.one("kubernetes:external-secrets.io/v1:ExternalSecret", "secret-sync-kgents-triad-api-keys")
                    .inputs,
            ).toMatchObject({
                metadata: { namespace: "kgents-triad", name: "api-keys" },
                spec: { refreshInterval: "5m0s", dataFrom: [{ extract: { key: "kgents/api" } }] },
            });
        },
    );

    it("compares those with the primary's, besides the passwords of NATS", async () => {
        const canary = { secret: "kgents/canary-key" };
        const secrets = [
            { name: "kgents/api", secret: "api-keys" },
            { name: "kgents/own", secret: "own", namespace: "elsewhere" },
        ];
        const compared = "kgents-agents/nats-auth=nats-auth kgents-triad/api-keys=api-keys elsewhere/own=own";
        for (const [role, job, container] of [
            ["primary", "standby-marker-marker", "marker"],
            ["dr", "standby-canary-drift", "check"],
        ] as const) {
            const { recording } = await build(role, { standby: { canary }, secrets });
            expect(variables(recording, job, container)).toMatchObject({ SECRETS: compared });
        }
    });

    it("has a twin of the backup that sleeps, and would write to the third region; it restores the primary's backups and its own, into its own servers", () => {
        expect(standby.one("kubernetes:batch/v1:CronJob", "nats-backup-job").inputs["spec"].suspend).toBe(true);
        expect(variables(standby, "nats-backup-job", "upload")).toMatchObject({
            BUCKET: "kgents-nats-backups-use2-123456789012",
            PREFIX: "usw2/nats",
            AWS_REGION: "us-east-2",
        });
        expect(variables(standby, "nats-restore-job", "fetch")).toMatchObject({
            BUCKET: "kgents-nats-backups-usw2-123456789012",
            PREFIX: "use1/nats",
        });
        expect(variables(standby, "nats-restore-own-job", "fetch")).toMatchObject({
            BUCKET: "kgents-nats-backups-use2-123456789012",
            PREFIX: "usw2/nats",
            AWS_REGION: "us-east-2",
        });
        for (const job of ["nats-restore-job", "nats-restore-own-job"])
            expect(variables(standby, job, "restore")).toMatchObject({ RESTORE_CLUSTER: "usw2" });
    });

    it("has that backup, and the alarm on it, woken and put to sleep by the commands of the runbook", async () => {
        const runbook = fs.readFileSync(path.join(__dirname, "..", "docs", "runbook-streams.md"), "utf8");
        const { namespace, name } = standby.one("kubernetes:batch/v1:CronJob", "nats-backup-job").inputs["metadata"];
        for (const suspend of [false, true])
            expect(runbook).toContain(
                `-n ${namespace} patch cronjob ${name} -p '${JSON.stringify({ spec: { suspend } })}'`,
            );
        const { recording } = await build("witness", {}, { dr: { phase: 12 }, primary: { phase: 12 }, witness: {} });
        const alarm = recording.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs["name"];
        for (const what of ["enable", "disable"])
            expect(runbook).toContain(`aws cloudwatch ${what}-alarm-actions --region us-east-2 --alarm-names ${alarm}`);
    });

    it("has Velero read the primary's backups, with the primary's password, which External Secrets copies", () => {
        const { values } = standby.one("kubernetes:helm.sh/v3:Release", "cluster-restore-release").inputs;
        expect(values.configuration.backupStorageLocation).toMatchObject([
            { bucket: "kgents-velero-backups-usw2-123456789012", prefix: "use1/velero", accessMode: "ReadOnly" },
        ]);
        expect(
            standby.one(
                "kubernetes:external-secrets.io/v1:ExternalSecret",
                "secret-sync-velero-velero-repo-credentials",
            ).inputs,
        ).toMatchObject({
            metadata: { namespace: "velero", name: "velero-repo-credentials" },
            spec: { data: [{ secretKey: "repository-password", remoteRef: { key: "kgents/velero-repository" } }] },
        });
        expect(standby.children.filter((child) => child.includes("velero.io/v1:Schedule"))).toEqual([]);
    });
});

describe("phase 13 of primary", () => {
    it("does not ask for the meta group before the witness has joined", async () => {
        const { recording } = await build(
            "primary",
            {},
            {
                witness: { phase: 13, vpcId: "vpc-w", vpcCidr: "10.30.0.0/24", joined: false },
                primary: { ...exported.primary, witnessGate: undefined, gatewaysReady: undefined },
            },
        );
        expect(recording.children.filter((child) => child.includes("meta-watch"))).toEqual([]);
        expect(rulesOf(recording).filter(({ alert }) => alert.startsWith("NatsMeta"))).toEqual([]);
    });

    it("restarts its servers with gateways only after a backup of this moment and a snapshot of each volume", async () => {
        const { recording } = await build("primary");
        const before = recording
            .dependencies("kubernetes:helm.sh/v3:Release", "nats-release")
            .map((one) => one.split(" ")[1]!);
        expect(before.filter((name) => /^nats-join-(job|nats-js)/.test(name))).toEqual([
            "nats-join-job",
            ...[0, 1, 2].map((server) => `nats-join-nats-js-nats-${server}`),
        ]);
        expect(
            recording.one("kubernetes:helm.sh/v3:Release", "nats-release").inputs["values"].config.gateway,
        ).toMatchObject({ enabled: true });
    });
});

describe("what reaches nobody", () => {
    const warned = async (role: Role, settings: object) => {
        const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
        await build(role, { ...settings });
        const said = warn.mock.calls.map(([message]) => message);
        warn.mockRestore();
        return said;
    };
    const subscribers = [{ protocol: "email", endpoint: "oncall@example.com" }];

    it.each(["primary", "dr", "witness"] as const)(
        "is an alarm of stack %s while alerts.subscribers is empty: a warning names it",
        async (role) => {
            const said = await warned(role, {});
            expect(
                said.filter((message) =>
                    message.startsWith(
                        `the alarms of stack ${role} page nobody: kgents-dr:alerts.subscribers is empty`,
                    ),
                ),
            ).toHaveLength(1);
        },
    );

    it.each(["primary", "dr"] as const)(
        "is an alert of stack %s in a file that nobody is known to load: a warning names both ways out",
        async (role) => {
            const said = await warned(role, {});
            const [message, ...more] = said.filter((one) => one.startsWith(`the alerts of stack ${role} reach nobody`));
            expect(message).toMatch(
                /kgents-dr:alerts\.prometheus\.operator true[^]*docs\/alerts\.md[^]*kgents-dr:alerts\.prometheus\.rulesLoaded true/,
            );
            expect(more).toEqual([]);
        },
    );

    it.each([
        ["primary", { alerts: { subscribers, prometheus: { operator: true } } }],
        ["dr", { alerts: { subscribers, prometheus: { rulesLoaded: true } } }],
        ["witness", { alerts: { subscribers } }],
    ] as const)(
        "is nothing of stack %s once the settings say who is told, and no warning is left",
        async (role, settings) => {
            expect(await warned(role, settings)).toEqual([]);
        },
    );

    it("has a line in docs/alerts.md for each CloudWatch alarm, and no line is of an alarm that does not exist", async () => {
        const page = fs.readFileSync(path.join(__dirname, "..", "docs", "alerts.md"), "utf8");
        const lines = [...page.matchAll(/^\| `(kgents-[a-z-]+)` \| (us-[a-z0-9-]+) \|/gm)].map(
            ([, name, region]) => `${name} ${region}`,
        );
        const alarms = async (role: Role) => {
            const settings =
                role === "primary"
                    ? { ingress: { loadBalancer: { ...primaryLoadBalancer, arnSuffix: "app/kong/0123456789abcdef" } } }
                    : {};
            const { resources } = (await build(role, settings)).recording;
            return resources
                .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
                .map(({ inputs }) => `${inputs["name"]} ${kgents.regions[role].name}`);
        };
        expect(lines.sort()).toEqual(
            [...(await alarms("primary")), ...(await alarms("dr")), ...(await alarms("witness"))].sort(),
        );
    });
});

describe("phase 13 of the witness", () => {
    it("begins with the network and the bucket for the standby's backups, and no server", async () => {
        const { recording, outputs } = await build(
            "witness",
            {},
            { dr: { phase: 12 }, primary: { phase: 12 }, witness: {} },
        );
        expect(recording.one("aws:s3/bucket:Bucket").inputs["bucket"]).toBe("kgents-nats-backups-use2-123456789012");
        expect(recording.children.filter((child) => child.startsWith("aws:ec2/instance"))).toEqual([]);
        expect(Object.keys(outputs)).toEqual([
            "phase",
            "role",
            "environment",
            "peers",
            "region",
            "vpcCidr",
            "vpcId",
            "natsBackups",
            "backupTopicArn",
            "backupCadence",
            "joined",
        ]);
    });

    it("has an alarm on the standby's backups that tells nobody while those sleep", async () => {
        const { recording } = await build("witness", {}, { dr: { phase: 12 }, primary: { phase: 12 }, witness: {} });
        expect(recording.one("aws:s3/bucketMetric:BucketMetric").inputs["filter"]).toEqual({
            prefix: "usw2/nats/complete/",
        });
        expect(recording.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs).toMatchObject({
            name: "kgents-witness-nats-backup-age",
            actionsEnabled: false,
        });
    });
});
