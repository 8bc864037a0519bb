import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import { mirrorStream } from "../../components/nats/natsStreamConfig";
import { externalSecretsChart } from "../../components/secrets/secretSyncChart";
import { kgents } from "../../infra/kgents";
import { awsProvider, kubernetesProvider } from "./harness";
import { memberValues, release, streamSettings } from "./natsPrograms";

/** A primary that breaks every policy that a primary can. */
export async function redPrimary(): Promise<Record<string, unknown>> {
    const opts = { provider: awsProvider("primary") };
    const cluster = { provider: kubernetesProvider() };
    new aws.sns.Topic("pages", { name: "pages", region: "us-west-2", tags: { Stack: "other" } }, opts);
    new aws.s3.Bucket("backups", { bucket: "kgents-dr-backups" }, opts);
    const pod = { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "backup:latest" }] } };
    new kubernetes.batch.v1.CronJob(
        "nats-backup",
        {
            metadata: { name: "nats-backup" },
            spec: { schedule: "0 3 * * 0", jobTemplate: { spec: { template: pod } } },
        },
        cluster,
    );
    const endpoint = { type: "HTTPS", port: 443, requestInterval: 30, failureThreshold: 3 };
    new aws.route53.HealthCheck("slow", { ...endpoint, fqdn: "primary.api.kgents.io", disabled: true }, opts);
    const fqdn = "latch.s3.us-east-1.amazonaws.com";
    new aws.route53.HealthCheck("latch", { ...endpoint, fqdn, requestInterval: 10, invertHealthcheck: true }, opts);
    const zone = new aws.route53.Zone("zone", { name: kgents.zone }, { ...opts, protect: true });
    new aws.route53.Record(
        "record",
        {
            ...{ zoneId: zone.zoneId, name: kgents.apiHost, type: "A", ttl: 300, records: ["192.0.2.1"] },
            ...{ setIdentifier: "primary", failoverRoutingPolicies: [{ type: "PRIMARY" }] },
        },
        opts,
    );
    // From phase 11 on a primary has backups, and none of these names a contract.
    return { phase: 11 };
}

/** A standby that breaks the policies that are left. */
export function redStandby(): void {
    const provider = kubernetesProvider();
    const values = memberValues("dr");
    values.config.jetstream.merge = { sync_interval: "10s" };
    values.config.cluster.merge.name = "nats";
    values.config.gateway.merge.name = "nats";
    values.config.gateway.merge.gateways = [
        { name: "nats", urls: ["a", "b", "c"].map((host) => `nats://${host}:7222`) },
        { name: "use1", urls: ["d", "e", "f"].map((host) => `nats://${host}:7222`) },
    ];
    release("nats", values, provider);
    streamSettings("mirrors", [mirrorStream(kgents, kgents.streams[0]!)], provider);
    const { name, version, repository } = externalSecretsChart;
    const chart = (child: string, args: { chart: string; version: string; repo: string }) =>
        new kubernetes.helm.v3.Release(
            child,
            {
                ...{ name: child, namespace: "default", chart: args.chart, version: args.version },
                ...{ repositoryOpts: { repo: args.repo } },
            },
            { provider },
        );
    const definitions = chart("external-secrets", { chart: name, version, repo: repository });
    new kubernetes.apiextensions.CustomResource(
        "rare",
        {
            ...{ apiVersion: "external-secrets.io/v1", kind: "ExternalSecret" },
            ...{ metadata: { name: "rare", namespace: "default" }, spec: { refreshInterval: "1h" } },
        },
        { provider, dependsOn: [definitions] },
    );
    for (const child of ["argo-cd", "argo-cd-hub"])
        chart(child, { chart: "argo-cd", version: "9.1.0", repo: "https://argoproj.github.io/argo-helm" });
    const opts = { provider: awsProvider("dr") };
    new aws.ec2.Vpc("network", { cidrBlock: kgents.regions.primary.vpcCidr }, opts);
    new aws.ec2.LaunchTemplate("nodes", { name: "nodes", instanceMarketOptions: { marketType: "spot" } }, opts);
}
