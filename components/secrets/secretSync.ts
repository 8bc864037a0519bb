import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PodRole } from "../cluster/podRole";
import {
    externalSecretsChart,
    externalSecretsChartValues,
    externalSecretsNamespace,
    externalSecretsServiceAccount,
} from "./secretSyncChart";
import {
    secretArn,
    secretReaderPolicy,
    validateSecretSync,
    type SecretSyncPlan,
    type SyncedSecret,
} from "./secretSyncRules";
import { podSecurityLabels } from "../cluster/podSecurity";
import { helmRelease } from "../cluster/helmRelease";

export interface SecretSyncArgs extends SecretSyncPlan {
    readonly clusterName: pulumi.Input<string>;
    /** Physical name of the role that reads, unique in the account. */
    readonly roleName: string;
    readonly accountId: pulumi.Input<string>;
    /** Key of this region that the secrets are encrypted with. */
    readonly keyArn: pulumi.Input<string>;
    /** How long Helm waits for External Secrets, in seconds. @default 600 */
    readonly timeoutSeconds?: number;
}

/** Name of the region's only store. */
const secretStoreName = "region";

/**
 * Fills Secrets of a region's cluster from Secrets Manager of the same region, by External Secrets.
 *
 * Region-local: the standby reads its own replicas, so that it starts and rotates with the other region gone. A value in
 * Secrets Manager is in the cluster after `refreshInterval` at the latest; a pod that took it as an environment
 * variable sees it when it starts again. A secret that cannot be read leaves the Secret of the cluster as it is.
 *
 * ### Cost
 * $0.05 per 10,000 reads: 9,000 a month for each secret. About 0.1 CPU and 0.3 GiB of the nodes.
 */
export class SecretSync extends pulumi.ComponentResource {
    /** What fills each Secret, by "namespace/name": whoever uses the Secret depends on it, and finds it filled. */
    readonly synced: Readonly<Record<string, pulumi.Resource>>;

    constructor(name: string, args: SecretSyncArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateSecretSync(args);
        if (issues.length > 0) throw new Error(`SecretSync "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:SecretSync", name, {}, opts);
        const parent = { parent: this };
        const refreshInterval = args.refreshInterval ?? args.contract.limit;

        const namespace = createNamespace();
        const reader = createRole();
        const release = installExternalSecrets([namespace, reader.association]);
        const store = createStore(release);
        this.synced = Object.fromEntries(
            args.secrets.map((secret) => [`${secret.target.namespace}/${secret.target.name}`, sync(secret, store)]),
        );

        this.registerOutputs({});

        function createNamespace() {
            return new kubernetes.core.v1.Namespace(
                `${name}-namespace`,
                { metadata: { name: externalSecretsNamespace, labels: podSecurityLabels("restricted") } },
                parent,
            );
        }

        function createRole() {
            const names = [...new Set(args.secrets.map((secret) => secret.name))];
            return new PodRole(
                `${name}-reader`,
                {
                    roleName: args.roleName,
                    clusterName: args.clusterName,
                    namespace: externalSecretsNamespace,
                    serviceAccount: externalSecretsServiceAccount,
                    policy: pulumi.all([args.accountId, args.keyArn]).apply(([accountId, keyArn]) =>
                        secretReaderPolicy({
                            arns: names.map((secret) => secretArn(args.region, accountId, secret)),
                            keyArn,
                            region: args.region,
                        }),
                    ),
                },
                parent,
            );
        }

        function installExternalSecrets(before: pulumi.Resource[]) {
            return helmRelease(
                `${name}-release`,
                {
                    chart: externalSecretsChart,
                    namespace: externalSecretsNamespace,
                    values: externalSecretsChartValues(),
                    timeoutSeconds: args.timeoutSeconds,
                },
                // Credentials are injected when a pod starts, so the association comes first.
                { ...parent, dependsOn: before },
            );
        }

        function createStore(definitions: pulumi.Resource) {
            return new kubernetes.apiextensions.CustomResource(
                `${name}-store`,
                {
                    apiVersion: "external-secrets.io/v1",
                    kind: "ClusterSecretStore",
                    metadata: { name: secretStoreName },
                    spec: {
                        // No `auth`: the controller's own role.
                        provider: { aws: { service: "SecretsManager", region: args.region } },
                        conditions: [{ namespaces: [...new Set(args.secrets.map(({ target }) => target.namespace))] }],
                    },
                },
                { ...parent, dependsOn: [definitions] },
            );
        }

        function sync({ name: source, target }: SyncedSecret, from: pulumi.Resource) {
            return new kubernetes.apiextensions.CustomResource(
                `${name}-${target.namespace}-${target.name}`,
                {
                    apiVersion: "external-secrets.io/v1",
                    kind: "ExternalSecret",
                    // Filled, and not merely there, before whoever depends on it goes on.
                    metadata: {
                        name: target.name,
                        namespace: target.namespace,
                        annotations: { "pulumi.com/waitFor": "condition=Ready" },
                    },
                    spec: {
                        refreshPolicy: "Periodic",
                        refreshInterval: `${Math.floor(refreshInterval / 60)}m${refreshInterval % 60}s`,
                        secretStoreRef: { kind: "ClusterSecretStore", name: secretStoreName },
                        // Whatever happens in Secrets Manager, and even if this object goes, what the pods run on stays.
                        target: { name: target.name, creationPolicy: "Orphan", deletionPolicy: "Retain" },
                        ...(target.key === undefined
                            ? { dataFrom: [{ extract: { key: source } }] }
                            : { data: [{ secretKey: target.key, remoteRef: { key: source } }] }),
                    },
                },
                // A value that nobody has put into Secrets Manager yet is an error after this.
                { ...parent, dependsOn: [from], customTimeouts: { create: "5m" } },
            );
        }
    }
}
