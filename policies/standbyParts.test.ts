import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import { expect, it } from "vitest";
import { CriticalSecrets } from "../components/secrets/criticalSecrets";
import { SecretsKey } from "../components/secrets/criticalSecretsKey";
import { GitOps } from "../components/standby/gitOps";
import { mirrorStream } from "../components/nats/natsStreamConfig";
import { Observability } from "../components/standby/observability";
import { SecretSync } from "../components/secrets/secretSync";
import { StandbyCanary, StandbyMarkers } from "../components/standby/standbyCanary";
import { standbyMarkers } from "../components/standby/standbyCanaryRules";
import { trustOf } from "../components/cluster/trustPolicy";
import { kgents } from "../infra/profile";
import { awsProvider, describePolicy, kubernetesProvider } from "./testing/harness";
import { memberValues, release, streamSettings } from "./testing/natsPrograms";

const { api, nats } = kgents.namespaces;
const facts = {
    namespace: nats,
    nats: { url: `nats://nats.${nats}.svc:4222` },
    markers: standbyMarkers(kgents),
    imageNamespaces: [api],
    secrets: ["nats-auth"],
    apiKey: { secretName: "standby-canary", secretKey: "API_KEY" },
};

/** What both regions get in the phase of the warm standby, apart from the standby's own canary. */
function region(role: "primary" | "dr", provider: aws.Provider, cluster: kubernetes.Provider) {
    const { name } = kgents.regions[role];
    const inCluster = { providers: [provider, cluster] };
    const namespaces = [api, nats].map((namespace) => new kubernetes.core.v1.Namespace(namespace, { metadata: { name: namespace } }, { provider: cluster }));
    const control = new aws.iam.Role("control", { name: `${role}-control`, assumeRolePolicy: trustOf("eks.amazonaws.com") }, { provider });
    const network = new aws.ec2.Vpc("network", { cidrBlock: kgents.regions[role].vpcCidr }, { provider });
    const subnetIds = ["a", "b"].map(
        (zone, index) =>
            new aws.ec2.Subnet(
                `subnet-${zone}`,
                { vpcId: network.id, cidrBlock: kgents.regions[role].vpcCidr.replace("0.0/16", `${index}.0/24`), availabilityZone: `${name}${zone}` },
                { provider },
            ).id,
    );
    const eks = new aws.eks.Cluster("eks", { name: `kgents-${role}`, roleArn: control.arn, vpcConfig: { subnetIds } }, { provider, protect: true });
    const key = new SecretsKey("secrets-key", { aliasName: "kgents-secrets" }, inCluster);
    new SecretSync(
        "secret-sync",
        {
            region: name,
            clusterName: eks.name,
            roleName: `kgents-${role}-external-secrets`,
            accountId: aws.getCallerIdentityOutput({}, { provider }).accountId,
            keyArn: key.arn,
            secrets: [{ name: "kgents/standby-canary", target: { namespace: nats, name: "standby-canary" } }],
        },
        { ...inCluster, dependsOn: namespaces },
    );
    new GitOps(
        "gitops",
        {
            source: { repository: "https://github.com/kgents/kgents" },
            elements: (["primary", "dr"] as const).map((element) => ({ cluster: element, path: `overlays/${element}` })),
            own: role,
            namespaces: [api, nats],
        },
        inCluster,
    );
    const watch = { canaryNamespace: nats, canary: "standby-canary", markers: "standby-marker" };
    new Observability("observability", { profile: kgents, role, namespace: nats, ...watch, prometheusOperator: false }, { ...inCluster, dependsOn: namespaces });
    return { key, namespaces, inCluster };
}

describePolicy("pack", (judge) => {
    it.each(["preview", "up"] as const)("has nothing to say against the warm standby's parts in dr, in a %s", async (operation) => {
        const judgement = await judge({
            operation,
            program: () => {
                const cluster = kubernetesProvider();
                const { namespaces, inCluster } = region("dr", awsProvider("dr"), cluster);
                release("nats", memberValues("dr"), cluster);
                streamSettings("nats-mirrors", kgents.streams.map((stream) => mirrorStream(kgents, stream)), cluster);
                new StandbyCanary(
                    "standby-canary",
                    { ...facts, jobName: "standby-canary", apiUrl: `https://${kgents.apiHost}/v1/agents` },
                    { ...inCluster, dependsOn: namespaces },
                );
            },
        });
        expect(judgement).toMatchObject({ exitCode: 0, policies: [] });
        if (operation === "up") expect(judgement.unlooked).toEqual([]);
    });

    it.each(["preview", "up"] as const)("has nothing to say against those in primary, in a %s", async (operation) => {
        const judgement = await judge({
            stack: "primary",
            operation,
            program: () => {
                const provider = awsProvider("primary");
                const cluster = kubernetesProvider();
                const { key, namespaces, inCluster } = region("primary", provider, cluster);
                new CriticalSecrets(
                    "secrets",
                    {
                        region: "us-east-1",
                        keyArn: key.arn,
                        replicas: [{ region: "us-west-2" }, { region: "us-east-2" }],
                        secrets: [{ name: "kgents/nats-auth", description: "Passwords of the NATS accounts", value: "not-a-real-one" }],
                    },
                    inCluster,
                );
                new StandbyMarkers("standby-marker", { ...facts, jobName: "standby-marker" }, { ...inCluster, dependsOn: namespaces });
            },
        });
        expect(judgement).toMatchObject({ exitCode: 0, policies: [] });
        if (operation === "up") expect(judgement.unlooked).toEqual([]);
    });
});
