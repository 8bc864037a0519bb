import { beforeAll, describe, expect, it } from "vitest";
import type { Recording } from "../components/testing/record";
import type { Role } from "../components/model/profile";
import { buildWarmStandby, exported } from "./testing/warmStandby";

/** What the stacks export before a stack's first step of the phase's order is done, and not its second. */
const beforeFirst: Record<Role, Partial<Record<Role, object>>> = {
    witness: { witness: {}, primary: { phase: 12 }, dr: { phase: 12 } },
    dr: {
        dr: { phase: 12 },
        primary: { ...exported.primary, peeringIds: undefined, gatewaysReady: undefined, witnessGate: undefined },
        witness: { ...exported.witness, joined: false },
    },
    primary: {
        primary: { ...exported.primary, gatewaysReady: undefined, witnessGate: undefined },
        dr: { ...exported.dr, standbyGate: undefined },
        witness: { ...exported.witness, joined: false },
    },
};

/** The components of a stack after its first step, and what its second one adds; those of the earlier phases included. */
const held: Record<Role, { readonly first: readonly string[]; readonly second: readonly string[] }> = {
    primary: {
        first: [
            ...[
                "RegionNetwork network",
                "RegionCluster cluster",
                "Namespaces namespaces",
                "NatsSuperCluster nats",
                "NatsStreams nats-streams",
            ],
            ...["ClusterBackup cluster-backup", "NatsBackup nats-backup", "NatsRestore nats-restore"],
            ...[
                "FailoverDns failover",
                "FailoverPages failover-pages",
                "LiveName live-name",
                "ZoneCertificate edge-certificate",
            ],
            ...[
                "RegionPeeringAcceptance peering-dr",
                "RegionPeeringRequest peering-witness",
                "LoadBalancerController load-balancers",
            ],
            ...[
                "GatewayLoadBalancer gateways",
                "GatewayNames gateway-names",
                "SecretsKey secrets",
                "SecretSync secret-sync",
                "NatsGate nats-gate-streams",
                "NatsJoinBackup nats-join",
            ],
            ...["CriticalSecrets critical-secrets", "ImageReplication images", "GitOps gitops"],
            ...["Observability observability", "StandbyMarkers standby-marker"],
        ],
        second: ["NatsGate nats-gate", "MetaWatch meta-watch"],
    },
    dr: {
        first: [
            ...[
                "BackupBucket nats-backups",
                "BackupBucket velero-backups",
                "BackupAgeAlarm nats-backup-age",
                "ClusterRestore cluster-restore",
            ],
            ...["FailoverDns failover", "StopLatch latch", "LatchWatcher latch-watcher", "MaintenanceEdge maintenance"],
            ...[
                "RegionNetwork network",
                "RegionCluster cluster",
                "Namespaces namespaces",
                "LoadBalancerController load-balancers",
                "GitOps gitops",
            ],
            ...[
                "RegionPeeringRequest peering-primary",
                "RegionPeeringRequest peering-witness",
                "GatewayLoadBalancer gateways",
                "GatewayNames gateway-names",
            ],
            ...[
                "IssuedCertificate api-certificate",
                "RegionIngress api",
                "SecretsKey secrets",
                "SecretSync secret-sync",
                "ReplicatedRepositories images",
            ],
        ],
        second: [
            ...[
                "NatsSuperCluster nats",
                "NatsGate nats-gate",
                "NatsStreams nats-mirrors",
                "DurablePositions durable-positions",
                "FailbackLease failback-lease",
                "MetaWatch meta-watch",
            ],
            ...[
                "NatsBackup nats-backup",
                "NatsRestore nats-restore",
                "NatsRestore nats-restore-own",
                "Observability observability",
                "StandbyCanary standby-canary",
            ],
        ],
    },
    witness: {
        first: ["NatsWitnessNetwork network", "BackupBucket nats-backups", "BackupAgeAlarm nats-backup-age"],
        second: [
            "RegionPeeringAcceptance peering-dr",
            "RegionPeeringAcceptance peering-primary",
            "GatewayNames gateway-names",
            "NatsWitness witness",
        ],
    },
};

/** A role of pods belongs to the component that it is made by, and is in that one's test. */
const components = ({ resources }: Recording) =>
    resources
        .filter(({ type }) => type.startsWith("drkit:") && type !== "drkit:index:PodRole")
        .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);

const release = "kubernetes:helm.sh/v3:Release";
const job = "kubernetes:batch/v1:Job";
const cronJob = "kubernetes:batch/v1:CronJob";
const externalSecret = "kubernetes:external-secrets.io/v1:ExternalSecret";
const servers = [0, 1, 2];

describe.each(["primary", "dr", "witness"] as const)("phase 13 of %s", (role) => {
    it("holds exactly these components after its first step", async () => {
        const { recording } = await buildWarmStandby(role, {}, beforeFirst[role]);
        expect(components(recording).sort()).toEqual([...held[role].first].sort());
    });

    it("holds these as well after its second", async () => {
        const { recording } = await buildWarmStandby(role);
        expect(components(recording).sort()).toEqual([...held[role].first, ...held[role].second].sort());
    });
});

describe("the order inside a stack in phase 13", () => {
    let stacks: Record<Role, Recording>;
    beforeAll(async () => {
        const at = async (role: Role) => (await buildWarmStandby(role)).recording;
        stacks = { primary: await at("primary"), dr: await at("dr"), witness: await at("witness") };
    });

    /** What another region's servers are reached by, and reach these by. */
    const entry = (peerings: readonly string[]) => [
        ...peerings,
        ...servers.map((server) => `aws:route53/record:Record gateway-names-nats-${server}`),
        ...servers.map((server) => `kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding gateways-nats-${server}`),
        `${externalSecret} secret-sync-kgents-agents-nats-gateway-tls`,
    ];
    const routes = (peering: string) => servers.map((zone) => `aws:ec2/route:Route ${peering}-route-${zone}`);

    it.each<[string, Role, [type: string, name: string], readonly string[]]>([
        [
            "dr's servers boot with ways, names, certificate and passwords, and with volumes",
            "dr",
            [release, "nats-release"],
            [
                ...entry([...routes("peering-primary"), ...routes("peering-witness")]),
                `${externalSecret} secret-sync-kgents-agents-nats-auth`,
                "kubernetes:storage.k8s.io/v1:StorageClass cluster-gp3",
            ],
        ],
        [
            "nodes come up where there is a way out",
            "dr",
            ["aws:eks/nodeGroup:NodeGroup", "cluster-nodes"],
            servers.map((zone) => `aws:ec2/route:Route network-private-${zone}-internet`),
        ],
        ["dr's gate looks at servers that run", "dr", [job, "nats-gate-job"], [`${release} nats-release`]],
        [
            "dr's mirrors are made only once the gate is passed",
            "dr",
            [job, "nats-mirrors-job"],
            [`${job} nats-gate-job`],
        ],
        [
            "the positions are kept where mirrors are",
            "dr",
            [cronJob, "durable-positions-job"],
            [`${job} nats-mirrors-job`],
        ],
        ["dr's twin backs up mirrors", "dr", [cronJob, "nats-backup-job"], [`${job} nats-mirrors-job`]],
        [
            "the watch in dr asks a group that was complete once",
            "dr",
            [cronJob, "meta-watch-job"],
            [`${job} nats-gate-job`],
        ],
        [
            "the canary finds its key, the passwords and the mirrors",
            "dr",
            [cronJob, "standby-canary-canary"],
            [
                `${externalSecret} secret-sync-kgents-agents-standby-canary`,
                `${externalSecret} secret-sync-kgents-agents-nats-auth`,
                `${job} nats-mirrors-job`,
            ],
        ],
        [
            "Velero finds its password",
            "dr",
            [release, "cluster-restore-release"],
            [`${externalSecret} secret-sync-velero-velero-repo-credentials`],
        ],
        [
            "that password finds Velero's namespace",
            "dr",
            [externalSecret, "secret-sync-velero-velero-repo-credentials"],
            ["kubernetes:core/v1:Namespace velero-namespace"],
        ],
        [
            "the balancer for the internet is in a network that leads there",
            "dr",
            ["aws:lb/loadBalancer:LoadBalancer", "api-balancer"],
            ["aws:ec2/route:Route network-public-internet"],
        ],
        [
            "the primary's servers restart with gateways after a backup of this moment and a snapshot of each volume, and with ways, names and certificate",
            "primary",
            [release, "nats-release"],
            [
                ...entry([...routes("peering-dr"), ...routes("peering-witness")]),
                `${job} nats-join-job`,
                ...servers.map(
                    (server) => `kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot nats-join-nats-js-nats-${server}`,
                ),
            ],
        ],
        [
            "that backup is of the moment just before, when all else is there",
            "primary",
            [job, "nats-join-job"],
            entry([...routes("peering-dr"), ...routes("peering-witness")]),
        ],
        [
            "the primary's gate looks at servers with gateways, and at streams",
            "primary",
            [job, "nats-gate-job"],
            [`${release} nats-release`, `${job} nats-streams-job`],
        ],
        [
            "the watch in the primary asks a group that was complete once",
            "primary",
            [cronJob, "meta-watch-job"],
            [`${job} nats-gate-job`],
        ],
        [
            "the primary's hourly backup finds streams",
            "primary",
            [cronJob, "nats-backup-job"],
            [`${job} nats-streams-job`],
        ],
        ["the markers find streams", "primary", [cronJob, "standby-marker-marker"], [`${job} nats-streams-job`]],
        [
            "the witness boots with ways and its name",
            "witness",
            ["aws:ec2/instance:Instance", "witness-server"],
            [
                "aws:ec2/route:Route network-internet",
                "aws:ec2/route:Route peering-dr-route-0",
                "aws:ec2/route:Route peering-primary-route-0",
                "aws:route53/record:Record gateway-names-nats-0",
            ],
        ],
    ])("has it that %s", (_what, role, [type, name], before) => {
        expect(stacks[role].dependencies(type, name)).toEqual(expect.arrayContaining([...before]));
    });

    it("gives the owner of a NATS the patch once all that it names is there, and makes nothing of NATS itself", async () => {
        const url = "nats://queue.kgents-agents.svc:4222";
        const { recording } = await buildWarmStandby("primary", {
            nats: {
                owner: "user",
                found: {
                    anonymous: true,
                    mappings: {},
                    systemUsers: [],
                    monitorPort: 8222,
                    uses: [],
                    version: "2.14.9",
                },
                access: { url, authSecret: "own-auth" },
                patched: true,
            },
        });
        const ofNats = ["NatsSuperCluster nats", "NatsStreams nats-streams", "NatsJoinBackup nats-join"];
        const { first, second } = held.primary;
        expect(components(recording).sort()).toEqual(
            [...first, ...second, "NatsGatewayPatch nats-patch"].filter((one) => !ofNats.includes(one)).sort(),
        );
        expect(recording.dependencies("kubernetes:core/v1:ConfigMap", "nats-patch-files")).toEqual(
            expect.arrayContaining(entry([...routes("peering-dr"), ...routes("peering-witness")])),
        );
    });
});
