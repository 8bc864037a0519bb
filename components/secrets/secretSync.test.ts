import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../model/duration";
import { SecretSync, type SecretSyncArgs } from "./secretSync";
import { externalSecretsChartValues } from "./secretSyncChart";
import { validateSecretSync } from "./secretSyncRules";
import { fixtureSystem } from "../testing/fixtureSystem";
import { record } from "../testing/record";

const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1";
const args: SecretSyncArgs = {
    region: "eu-west-1",
    clusterName: "atlas-dr",
    roleName: "atlas-dr-external-secrets",
    accountId: "123456789012",
    keyArn,
    contract: fixtureSystem.contracts.secretRefresh,
    secrets: [
        { name: "atlas/nats-auth", target: { namespace: "atlas-messaging", name: "nats-auth" } },
        { name: "atlas/api-keys", target: { namespace: "atlas-edge", name: "api-keys" } },
    ],
};

describe("SecretSync", () => {
    it("makes a role, then External Secrets, then the region's store, then a Secret's source each", async () => {
        const recording = await record(() => new SecretSync("sync", args));
        expect(recording.children).toEqual([
            "aws:eks/podIdentityAssociation:PodIdentityAssociation sync-reader-association",
            "aws:iam/role:Role sync-reader-role",
            "aws:iam/rolePolicy:RolePolicy sync-reader-policy",
            "drkit:index:PodRole sync-reader",
            "drkit:index:SecretSync sync",
            "kubernetes:core/v1:Namespace sync-namespace",
            "kubernetes:external-secrets.io/v1:ClusterSecretStore sync-store",
            "kubernetes:external-secrets.io/v1:ExternalSecret sync-atlas-edge-api-keys",
            "kubernetes:external-secrets.io/v1:ExternalSecret sync-atlas-messaging-nats-auth",
            "kubernetes:helm.sh/v3:Release sync-release",
        ]);
        expect(recording.one("kubernetes:helm.sh/v3:Release").inputs).toMatchObject({
            chart: "external-secrets",
            version: "2.9.0",
            namespace: "external-secrets",
            repositoryOpts: { repo: "https://charts.external-secrets.io" },
            values: externalSecretsChartValues(),
        });
        expect(recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs).toMatchObject({
            clusterName: "atlas-dr",
            namespace: "external-secrets",
            serviceAccount: externalSecretsChartValues().serviceAccount.name,
        });
    });

    it("has pods that find their credentials, then a store of definitions that are there, then what reads from the store", async () => {
        const recording = await record(() => new SecretSync("sync", args));
        expect(recording.dependencies("kubernetes:helm.sh/v3:Release")).toContain(
            "aws:eks/podIdentityAssociation:PodIdentityAssociation sync-reader-association",
        );
        expect(recording.dependencies("kubernetes:external-secrets.io/v1:ClusterSecretStore")).toContain(
            "kubernetes:helm.sh/v3:Release sync-release",
        );
        for (const name of ["sync-atlas-messaging-nats-auth", "sync-atlas-edge-api-keys"]) {
            expect(recording.dependencies("kubernetes:external-secrets.io/v1:ExternalSecret", name)).toContain(
                "kubernetes:external-secrets.io/v1:ClusterSecretStore sync-store",
            );
        }
    });

    it("reads exactly these secrets of its own region, and decrypts through Secrets Manager only", async () => {
        const policy = (await record(() => new SecretSync("sync", args))).one("aws:iam/rolePolicy:RolePolicy").inputs
            .policy;
        expect(JSON.parse(policy).Statement).toEqual([
            {
                Sid: "ReadSecrets",
                Effect: "Allow",
                Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                Resource: [
                    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:atlas/nats-auth-??????",
                    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:atlas/api-keys-??????",
                ],
            },
            {
                Sid: "DecryptSecrets",
                Effect: "Allow",
                Action: "kms:Decrypt",
                Resource: keyArn,
                Condition: { StringEquals: { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" } },
            },
        ]);
    });

    it("has a store for its own region and for the namespaces in use", async () => {
        const store = (await record(() => new SecretSync("sync", args))).one(
            "kubernetes:external-secrets.io/v1:ClusterSecretStore",
        );
        expect(store.inputs.spec).toEqual({
            provider: { aws: { service: "SecretsManager", region: "eu-west-1" } },
            conditions: [{ namespaces: ["atlas-messaging", "atlas-edge"] }],
        });
    });

    it("refreshes every five minutes and never takes a Secret away", async () => {
        const recording = await record(() => new SecretSync("sync", args));
        const source = recording.one(
            "kubernetes:external-secrets.io/v1:ExternalSecret",
            "sync-atlas-messaging-nats-auth",
        );
        expect(source.inputs.metadata).toEqual({
            name: "nats-auth",
            namespace: "atlas-messaging",
            annotations: { "pulumi.com/waitFor": "condition=Ready" },
        });
        expect(source.inputs.spec).toEqual({
            refreshPolicy: "Periodic",
            refreshInterval: "5m0s",
            secretStoreRef: { kind: "ClusterSecretStore", name: "region" },
            target: { name: "nats-auth", creationPolicy: "Orphan", deletionPolicy: "Retain" },
            dataFrom: [{ extract: { key: "atlas/nats-auth" } }],
        });
    });

    it("puts a value that is no JSON under the key that it is told", async () => {
        const plain = {
            name: "atlas/velero-repository",
            target: { namespace: "velero", name: "velero-repo-credentials", key: "repository-password" },
        };
        const recording = await record(() => new SecretSync("sync", { ...args, secrets: [plain] }));
        const { spec } = recording.one("kubernetes:external-secrets.io/v1:ExternalSecret").inputs;
        expect(spec.data).toEqual([
            { secretKey: "repository-password", remoteRef: { key: "atlas/velero-repository" } },
        ]);
        expect(spec).not.toHaveProperty("dataFrom");
    });

    it("writes nothing to Secrets Manager", () => {
        expect(externalSecretsChartValues()).toMatchObject({
            processPushSecret: false,
            processClusterPushSecret: false,
        });
    });

    it("fails with every mistake before it registers anything", async () => {
        await expect(
            record(() => new SecretSync("sync", { ...args, secrets: [], refreshInterval: minutes(10) })),
        ).rejects.toThrow(
            'SecretSync "sync":\n' +
                "- secrets: empty; name at least one, or leave the component out\n" +
                "- refreshInterval: 10 min found; allowed is more than 0 and at most 5 min",
        );
    });
});

describe("validateSecretSync", () => {
    const [first] = args.secrets as [SecretSyncArgs["secrets"][number]];

    it("accepts the contract's own interval", () =>
        expect(validateSecretSync({ ...args, refreshInterval: minutes(5) })).toEqual([]));

    it.each([
        ["an interval above the contract", { refreshInterval: seconds(301) }, "refreshInterval:"],
        ["an interval of zero", { refreshInterval: seconds(0) }, "refreshInterval: 0 found, which reads a secret once"],
        [
            "two sources of one Secret",
            { secrets: [first, { ...first, name: "atlas/other" }] },
            "atlas-messaging/nats-auth is filled by two secrets",
        ],
        ["a wildcard", { secrets: [{ ...first, name: "atlas/*" }] }, 'secrets: "atlas/*" found'],
        [
            "a target that is no name",
            { secrets: [{ ...first, target: { namespace: "A", name: "b" } }] },
            'target: "A/b" found',
        ],
    ])("refuses %s", (_what, change, message) => {
        const issues = validateSecretSync({ ...args, ...change });
        expect(issues).toHaveLength(1);
        expect(issues[0]).toContain(message);
    });
});
