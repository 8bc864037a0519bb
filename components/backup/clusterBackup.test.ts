import { describe, expect, it } from "vitest";
import { days, hours, minutes } from "../model/duration";
import { snapshotController } from "../model/versions";
import { ClusterBackup, validateClusterBackup, type ClusterBackupArgs } from "./clusterBackup";
import { configSchedule, dailySchedule } from "./clusterBackupSchedules";
import { record } from "../testing/record";

const args: ClusterBackupArgs = {
    clusterName: "atlas-primary",
    roleName: "atlas-primary-velero",
    location: {
        bucketName: "atlas-dr-cluster-backups",
        bucketArn: "arn:aws:s3:::atlas-dr-cluster-backups",
        keyArn: "arn:aws:kms:eu-west-1:123456789012:key/2",
        region: "eu-west-1",
        prefix: "velero",
    },
    namespaces: ["atlas-edge", "atlas-messaging"],
    schedules: [
        { ...dailySchedule, retention: days(14), contract: { id: "cluster-volumes-rpo", limit: hours(25) } },
        { ...configSchedule, retention: days(7), contract: { id: "config-rpo", limit: hours(1) } },
    ],
    passwordName: "atlas/velero-repository",
    passwordReplicas: ["eu-west-1"],
};
const backup = (extra: Partial<ClusterBackupArgs> = {}) =>
    record(() => new ClusterBackup("cluster", { ...args, ...extra }), {
        outputs: { "random:index/randomPassword:RandomPassword": () => ({ result: "RandomPasswordOfTests" }) },
    });

describe("ClusterBackup", () => {
    it("holds Velero, what it needs before it, and its schedules", async () => {
        expect((await backup()).children).toEqual([
            "aws:eks/addon:Addon cluster-snapshot-controller",
            "aws:eks/podIdentityAssociation:PodIdentityAssociation cluster-role-association",
            "aws:iam/role:Role cluster-role-role",
            "aws:iam/rolePolicy:RolePolicy cluster-role-policy",
            "aws:secretsmanager/secret:Secret cluster-password",
            "aws:secretsmanager/secretVersion:SecretVersion cluster-password-version",
            "drkit:index:ClusterBackup cluster",
            "drkit:index:PodRole cluster-role",
            "kubernetes:core/v1:ConfigMap cluster-volume-policy",
            "kubernetes:core/v1:Namespace cluster-namespace",
            "kubernetes:core/v1:Secret cluster-password-in-cluster",
            "kubernetes:helm.sh/v3:Release cluster-release",
            "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass cluster-snapshot-class",
            "kubernetes:velero.io/v1:Schedule cluster-config-backup",
            "kubernetes:velero.io/v1:Schedule cluster-daily-cluster-backup",
            "random:index/randomPassword:RandomPassword cluster-password-value",
        ]);
    });

    it("has controller, class, password and role before Velero, and Velero before its schedules", async () => {
        const recording = await backup();
        const release = "kubernetes:helm.sh/v3:Release cluster-release";
        expect(recording.dependencies("kubernetes:helm.sh/v3:Release")).toEqual(
            expect.arrayContaining([
                "aws:eks/addon:Addon cluster-snapshot-controller",
                "aws:eks/podIdentityAssociation:PodIdentityAssociation cluster-role-association",
                "kubernetes:core/v1:Namespace cluster-namespace",
                "kubernetes:core/v1:Secret cluster-password-in-cluster",
                "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass cluster-snapshot-class",
            ]),
        );
        for (const schedule of ["cluster-config-backup", "cluster-daily-cluster-backup"]) {
            const before = recording.dependencies("kubernetes:velero.io/v1:Schedule", schedule);
            expect(before).toEqual(
                expect.arrayContaining([release, "kubernetes:core/v1:ConfigMap cluster-volume-policy"]),
            );
        }
    });

    it("writes to the bucket's region, with its key, below the prefix", async () => {
        const { values, version } = (await backup()).one("kubernetes:helm.sh/v3:Release").inputs;
        expect(version).toBe("12.1.0");
        expect(values.configuration).toEqual({
            features: "EnableCSI",
            uploaderType: "kopia",
            defaultSnapshotMoveData: true,
            defaultVolumesToFsBackup: false,
            backupStorageLocation: [
                {
                    name: "default",
                    provider: "aws",
                    bucket: "atlas-dr-cluster-backups",
                    prefix: "velero",
                    default: true,
                    accessMode: "ReadWrite",
                    config: { region: "eu-west-1", kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/2" },
                },
            ],
        });
        expect(values).toMatchObject({
            deployNodeAgent: true,
            snapshotsEnabled: false,
            cleanUpCRDs: false,
            credentials: { useSecret: false },
            image: { repository: "velero/velero", tag: "v1.18.2" },
            initContainers: [{ image: "velero/velero-plugin-for-aws:v1.14.3" }],
        });
    });

    it("backs both namespaces up daily at 03:00, volumes by data movement, without NATS", async () => {
        const { metadata, spec } = (await backup()).one(
            "kubernetes:velero.io/v1:Schedule",
            "cluster-daily-cluster-backup",
        ).inputs;
        expect(metadata.annotations).toEqual({ "drkit-recovery-contract": "cluster-volumes-rpo" });
        expect(spec).toEqual({
            schedule: "0 3 * * *",
            skipImmediately: true,
            useOwnerReferencesInBackup: false,
            template: {
                storageLocation: "default",
                includedNamespaces: ["atlas-edge", "atlas-messaging"],
                labelSelector: {
                    matchExpressions: [{ key: "app.kubernetes.io/name", operator: "NotIn", values: ["nats"] }],
                },
                snapshotMoveData: true,
                resourcePolicy: { kind: "configmap", name: "volume-policy" },
                defaultVolumesToFsBackup: false,
                itemOperationTimeout: "3600s",
                ttl: "336h0m0s",
            },
        });
    });

    it("backs objects up every half hour, without volumes, which keeps the hour of the contract", async () => {
        const { spec } = (await backup()).one("kubernetes:velero.io/v1:Schedule", "cluster-config-backup").inputs;
        expect(spec.schedule).toBe("*/30 * * * *");
        expect(spec.template).toMatchObject({
            snapshotVolumes: false,
            snapshotMoveData: false,
            excludedNamespaceScopedResources: ["persistentvolumeclaims"],
            excludedClusterScopedResources: ["persistentvolumes"],
        });
    });

    it("skips the volumes of NATS even if something else pulls them in", async () => {
        const { data } = (await backup()).one("kubernetes:core/v1:ConfigMap").inputs;
        expect(JSON.parse(data["policy.yaml"])).toEqual({
            version: "v1",
            volumePolicies: [
                { conditions: { pvcLabels: { "app.kubernetes.io/name": "nats" } }, action: { type: "skip" } },
            ],
        });
    });

    it("keeps the repository's password secret, with a replica where the restore happens", async () => {
        const recording = await backup();
        expect(recording.one("aws:secretsmanager/secret:Secret").inputs).toEqual({
            name: "atlas/velero-repository",
            description: "Opens Velero's repository of volume data",
            replicas: [{ region: "eu-west-1" }],
        });
        expect(recording.one("kubernetes:core/v1:Secret").inputs.metadata).toEqual({
            name: "velero-repo-credentials",
            namespace: "velero",
        });
        expect(recording.one("kubernetes:core/v1:Secret").inputs.stringData).toEqual({
            "repository-password": "RandomPasswordOfTests",
        });
        expect(recording.one("kubernetes:core/v1:Secret").secretInputs).toContain("stringData");
        expect(recording.one("aws:secretsmanager/secretVersion:SecretVersion").secretInputs).toContain("secretString");
    });

    it("leaves a snapshot controller alone that the cluster has already", async () => {
        expect(
            (await backup({ snapshotController: null })).children.filter((child) => child.includes("Addon")),
        ).toEqual([]);
        expect((await backup()).one("aws:eks/addon:Addon").inputs.addonVersion).toBe(snapshotController.version);
    });

    it("fails with every mistake before it registers anything", async () => {
        await expect(backup({ namespaces: [], passwordReplicas: [], schedules: [] })).rejects.toThrow(
            /ClusterBackup "cluster":\n- namespaces: empty.*\n- passwordReplicas: empty.*\n- schedules: empty/,
        );
    });
});

describe("validateClusterBackup", () => {
    const values = { ...args, prefix: "velero" };
    const [daily, config] = args.schedules as [ClusterBackupArgs["schedules"][0], ClusterBackupArgs["schedules"][0]];

    it("accepts the roadmap's schedules", () => {
        expect(validateClusterBackup(values)).toEqual([]);
    });

    it("refuses an hourly schedule for a contract of an hour: the run itself takes time", () => {
        expect(validateClusterBackup({ ...values, schedules: [{ ...config, schedule: "0 * * * *" }] })).toEqual([
            expect.stringContaining('schedules.config-backup.schedule: "0 * * * *" leaves up to 1 h between two runs'),
        ]);
    });

    it("refuses two schedules of one name, and a name that Kubernetes refuses", () => {
        expect(validateClusterBackup({ ...values, schedules: [daily, daily] })).toEqual([
            "schedules.daily-cluster-backup: named twice",
        ]);
        expect(validateClusterBackup({ ...values, schedules: [{ ...daily, name: "Daily" }] })).toEqual([
            "schedules.Daily: no name of a Kubernetes object; use small letters, digits and hyphens",
        ]);
    });

    it("refuses a backup that is gone before the next one is there", () => {
        expect(validateClusterBackup({ ...values, schedules: [{ ...config, retention: minutes(30) }] })).toEqual([
            "schedules.config-backup.retention: 30 min is over before the next backup is there",
        ]);
    });
});
