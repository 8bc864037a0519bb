import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import { expect, it } from "vitest";
import { externalSecretsChart } from "../components/secrets/secretSyncChart";
import { awsProvider, describePolicy, kubernetesProvider } from "./testing/harness";

const contract = "(contract secret-refresh: secret refresh interval)";

describePolicy("secret-refresh", (judge) => {
    it("stops a source that is read too rarely, once, by the default, or in another region", async () => {
        const judgement = await judge({
            program: () => {
                const provider = kubernetesProvider();
                const { name, version, repository } = externalSecretsChart;
                const definitions = new kubernetes.helm.v3.Release(
                    "external-secrets",
                    { name, namespace: "default", chart: name, version, repositoryOpts: { repo: repository } },
                    { provider },
                );
                const object = (kind: string, child: string, spec: Record<string, unknown>) =>
                    new kubernetes.apiextensions.CustomResource(
                        child,
                        {
                            apiVersion: "external-secrets.io/v1",
                            kind,
                            metadata: { name: child, ...(kind === "ExternalSecret" && { namespace: "default" }) },
                            spec,
                        },
                        { provider, dependsOn: [definitions] },
                    );
                object("ExternalSecret", "good", { refreshInterval: "5m" });
                object("ExternalSecret", "rare", { refreshInterval: "10m0s" });
                object("ExternalSecret", "once", { refreshInterval: "0s" });
                object("ExternalSecret", "default", {});
                object("ExternalSecret", "frozen", { refreshPolicy: "CreatedOnce", refreshInterval: "1m" });
                object("ClusterSecretStore", "own", {
                    provider: { aws: { service: "SecretsManager", region: "us-west-2" } },
                });
                object("ClusterSecretStore", "elsewhere", {
                    provider: { aws: { service: "SecretsManager", region: "us-east-1" } },
                });
            },
        });
        expect(judgement.messages).toEqual([
            `"default" has refreshInterval "1h0m0s": 1 h found; allowed is more than 0 and at most 5 min ${contract}.`,
            `"elsewhere" reads secrets in us-east-1; allowed is us-west-2, the cluster's own, which is there when another is not ${contract}.`,
            `"frozen" has refreshPolicy CreatedOnce, which never learns of a rotation; allowed is Periodic ${contract}.`,
            `"once" has refreshInterval "0s": 0 found, which reads a secret once and never again; allowed is more than 0 and at most 5 min ${contract}.`,
            `"rare" has refreshInterval "10m0s": 10 min found; allowed is more than 0 and at most 5 min ${contract}.`,
        ]);
        expect(judgement.policies).toEqual(["secret-refresh"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops a secret of the primary that the standby has no replica of", async () => {
        const judgement = await judge({
            stack: "primary",
            program: () => {
                const opts = { provider: awsProvider("primary"), protect: true };
                new aws.secretsmanager.Secret("alone", { name: "alone" }, opts);
                new aws.secretsmanager.Secret("near", { name: "near", replicas: [{ region: "us-east-2" }] }, opts);
                new aws.secretsmanager.Secret(
                    "there",
                    { name: "there", replicas: [{ region: "us-east-2" }, { region: "us-west-2" }] },
                    opts,
                );
            },
        });
        expect(judgement.messages).toEqual([
            `"alone" has replicas in none; needed is one in us-west-2, where the standby reads it ${contract}.`,
            `"near" has replicas in us-east-2; needed is one in us-west-2, where the standby reads it ${contract}.`,
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });
});
