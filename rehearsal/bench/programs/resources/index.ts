import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";

const config = new pulumi.Config();

/** Resources of a stack dr that keep every policy, in fours of two in AWS and two in a cluster. @default 150, with the providers */
const resources = config.getNumber("resources") ?? 150;
const fours = Math.round((resources - 2) / 4);

const region = new aws.Provider("aws", {
    region: config.require("region") as aws.Region,
    defaultTags: { tags: config.requireObject<Record<string, string>>("tags") },
});
const cluster = new kubernetes.Provider("cluster", { kubeconfig: "{}", clusterIdentifier: "a-cluster" });

const trusted = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "pods.eks.amazonaws.com" } }],
});
const rights = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" }],
});

for (let index = 0; index < fours; index++) {
    const role = new aws.iam.Role(
        `role-${index}`,
        { name: `bench-${index}`, assumeRolePolicy: trusted },
        { provider: region },
    );
    new aws.iam.RolePolicy(`rights-${index}`, { name: "list", role: role.name, policy: rights }, { provider: region });

    const labels = { app: `bench-${index}` };
    const image = `registry.k8s.io/pause:3.10@sha256:${"0".repeat(64)}`;
    new kubernetes.core.v1.ConfigMap(
        `config-${index}`,
        { metadata: { name: `config-${index}`, labels }, data: { index: String(index) } },
        { provider: cluster },
    );
    new kubernetes.apps.v1.Deployment(
        `deployment-${index}`,
        {
            metadata: { name: `deployment-${index}`, labels },
            spec: {
                selector: { matchLabels: labels },
                template: { metadata: { labels }, spec: { containers: [{ name: "pause", image }] } },
            },
        },
        { provider: cluster },
    );
}
