import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { documentedProject } from "./testing/document";
import { describeOnEngine } from "./testing/engine";

/** A provider as most people have one: a region, and tags of their own. */
const provider = (region: aws.Region, tags: Record<string, string> = { Team: "payments" }) =>
    new aws.Provider("aws", { region, defaultTags: { tags } });

/** What other people's programs look like, and nothing in it wants the pack's system. */
function ordinary(region: aws.Region, tags?: Record<string, string>): void {
    const opts = { provider: provider(region, tags) };
    const zone = new aws.route53.Zone("zone", { name: "example.com" }, opts);
    const balancer = { name: "web-1.eu-central-1.elb.amazonaws.com", zoneId: "Z215JYRZR1TBD5" };
    // Active and passive by the balancer's own health, named within the zone.
    const pair = { zoneId: zone.zoneId, name: "pay", type: "A", failoverRoutingPolicies: [{ type: "PRIMARY" }] };
    const aliases = [{ ...balancer, evaluateTargetHealth: true }];
    new aws.route53.Record("pay", { ...pair, setIdentifier: "frankfurt", aliases }, opts);
    // A website behind CloudFront, a weighted pair and one by latency, whose checks nobody fails over by.
    const site = [{ name: "d111111abcdef8.cloudfront.net", zoneId: "Z2FDTNDATAQYW2", evaluateTargetHealth: false }];
    new aws.route53.Record("www", { zoneId: zone.zoneId, name: "www.example.com", type: "A", aliases: site }, opts);
    const slow = { type: "HTTP", fqdn: "blue.example.com", port: 80, resourcePath: "/", failureThreshold: 5 };
    const check = new aws.route53.HealthCheck("blue", { ...slow, requestInterval: 30 }, opts);
    const weighted = { zoneId: zone.zoneId, name: "app", type: "CNAME", ttl: 300, records: ["blue.example.com"] };
    const weight = { setIdentifier: "blue", weightedRoutingPolicies: [{ weight: 90 }], healthCheckId: check.id };
    new aws.route53.Record("app-blue", { ...weighted, ...weight }, opts);
    const latency = { setIdentifier: "eu", latencyRoutingPolicies: [{ region: "eu-central-1" }] };
    new aws.route53.Record("geo", { ...weighted, name: "geo", ...latency }, opts);
    // Resources in a second region from one stack, tags that say other things, a reference to a stack of another project.
    new aws.sns.Topic("alerts", { name: "alerts", region: "us-east-1", tags: { Project: "pay", Stack: "live" } }, opts);
    new aws.ec2.Vpc("network", { cidrBlock: "10.64.0.0/16" }, opts);
    const cluster = new kubernetes.Provider("eks", { kubeconfig: "{}", clusterIdentifier: "live" });
    const digest = `sha256:${"3f".repeat(32)}`;
    const containers = [
        { name: "api", image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/pay/api@${digest}` },
        { name: "proxy", image: "public.ecr.aws/nginx/nginx:1.29.1" },
        { name: "agent", image: "ghcr.io/acme/agent:v2.4.0-rc.1" },
        { name: "sidecar", image: "registry.local:5000/pay/sidecar:build-8841" },
    ];
    const labels = { app: "api" };
    new kubernetes.apps.v1.Deployment(
        "api",
        {
            metadata: { name: "api", namespace: "default" },
            spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
        },
        { provider: cluster },
    );
}

/** The same with what no project should have, spelled as other people spell it. */
function careless(region: aws.Region): void {
    const opts = { provider: provider(region) };
    const cluster = new kubernetes.Provider("eks", { kubeconfig: "{}", clusterIdentifier: "live" });
    const pod = { containers: [{ name: "api", image: "pay/api:latest" }] };
    new kubernetes.core.v1.Pod("api", { metadata: { name: "api" }, spec: pod }, { provider: cluster });
    const check = new aws.route53.HealthCheck(
        "web",
        { type: "HTTPS", fqdn: "web.example.com", port: 443, requestInterval: 30, failureThreshold: 3 },
        opts,
    );
    const record = { zoneId: "Z0000000000000000001", name: "pay.example.com", type: "A", records: ["192.0.2.1"] };
    const primary = { setIdentifier: "one", failoverRoutingPolicies: [{ type: "PRIMARY" }] };
    const ttl = pulumi.output("300") as unknown as number;
    new aws.route53.Record("web", { ...record, ...primary, ttl, healthCheckId: check.id }, opts);
    const unchecked = { ...record, name: "old.example.com", ttl: 60 };
    new aws.route53.Record("old", { ...unchecked, ...primary }, opts);
    new aws.s3.Bucket("data", { bucket: "pay-data" }, opts);
}

const about = (messages: readonly string[], policy: string) =>
    messages.filter((message) => message.startsWith(`${policy}: `));

describeOnEngine(
    "the pack in a project that is not the shipped one",
    (judge) => {
        it("leaves a stack called primary alone where nothing is configured, and says once what it could not look at", async () => {
            const judgement = await judge({ stack: "primary", program: () => ordinary("eu-central-1") });
            expect(judgement.all).toHaveLength(1);
            expect(judgement.all[0]).toContain("Not looked at: own-region, backup-region, backup-present,");
            expect(judgement.all[0]).toContain('The configuration is of project "kgents-dr", and this is "payments".');
            expect(judgement.unlooked).toEqual([]);
            expect(judgement.exitCode).toBe(0);
        });

        it("judges what needs no system, without a configuration", async () => {
            const judgement = await judge({ stack: "primary", program: () => careless("eu-central-1") });
            expect(judgement.policies).toEqual([
                ...["failover-pair-complete", "failover-record-ttl", "failover-trigger-time", "pinned-images"],
                ...["policy-coverage", "protected-state", "rto-budget"],
            ]);
            expect(about(judgement.all, "failover-pair-complete")).toEqual([
                expect.stringContaining('"old" is the PRIMARY'),
            ]);
            expect(judgement.exitCode).not.toBe(0);
        });

        it("is green for a stack that keeps what the documented configuration says", async () => {
            const judgement = await judge({
                stack: "prod-dublin",
                policyConfig: documentedProject(),
                program: () => {
                    const tags = { CostCenter: "4711", Stack: "prod-dublin" };
                    const opts = { provider: provider("eu-west-1", tags) };
                    new aws.ec2.Vpc("network", { cidrBlock: "10.65.0.0/16" }, opts);
                    const pair = { zoneId: "Z1", name: "pay.example.com", type: "A", setIdentifier: "dublin" };
                    new aws.route53.Record(
                        "pay",
                        { ...pair, ttl: 30, records: ["192.0.2.1"], failoverRoutingPolicies: [{ type: "SECONDARY" }] },
                        opts,
                    );
                },
            });
            expect(judgement.policies).toEqual(["policy-coverage"]);
            expect(judgement.all[0]).toContain("failback is decided by hand in the console");
            expect(judgement.exitCode).toBe(0);
        });

        it("is red for the configured reasons, each with the reason of its looser limit", async () => {
            const judgement = await judge({
                stack: "prod-dublin",
                policyConfig: documentedProject(),
                program: () => ordinary("eu-central-1", { CostCenter: "1" }),
            });
            expect(about(judgement.all, "own-region")).toContainEqual(
                expect.stringContaining('"network" would be in eu-central-1, but stack prod-dublin owns eu-west-1'),
            );
            expect(about(judgement.all, "required-tags")).toContainEqual(
                expect.stringContaining('tag CostCenter is "1", it has to be "4711"'),
            );
            expect(about(judgement.all, "no-overlapping-cidr")).toEqual([expect.stringContaining('"network"')]);
            // An alias is kept for 60 s, which 30 s do not allow.
            expect(about(judgement.all, "failover-record-ttl")).toEqual([
                expect.stringContaining('"pay" is an alias, which resolvers keep for 60 s; allowed are 30 s'),
            ]);
            expect(judgement.exitCode).not.toBe(0);
        });
    },
    { project: "payments" },
);
