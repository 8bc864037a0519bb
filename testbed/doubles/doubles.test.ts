import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as kubernetes from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Engine } from "../../engine/driver/engine";
import type { EngineStack } from "../../engine/driver/engineStack";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { startDoubles, type Doubles } from "./doubles";

const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

describeWithTools("the doubles, through the engine", ["pulumi"], (tools) => {
    let dir: string;
    let doubles: Doubles;
    let engine: Engine;
    let stack: EngineStack;
    let program: PulumiFn = async () => undefined;

    beforeEach(async () => {
        dir = mkdtempSync(path.join(tmpdir(), "drkit-doubles-"));
        doubles = await startDoubles({ stateFile: path.join(dir, "cloud.jsonl") });
        const projectDir = path.join(dir, "program");
        mkdirSync(projectDir);
        writeFileSync(path.join(projectDir, "Pulumi.yaml"), "name: fixture\nruntime: nodejs\n");
        engine = await Engine.start({
            tools,
            doubles,
            dir: path.join(dir, "engine"),
            projectDir,
            program: async () => program(),
        });
        stack = engine.stack("dr");
    });
    afterEach(async () => {
        engine.close();
        await doubles.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    const network = (opts: { provider: aws.Provider }) => {
        const vpc = new aws.ec2.Vpc("network", { cidrBlock: "10.20.0.0/16" }, opts);
        const subnets = [0, 1].map(
            (index) =>
                new aws.ec2.Subnet(
                    `subnet-${index}`,
                    { vpcId: vpc.id, cidrBlock: `10.20.${index}.0/24`, availabilityZone: `us-west-2${"ab"[index]}` },
                    opts,
                ),
        );
        return { vpcId: vpc.id, privateSubnetIds: subnets.map((subnet) => subnet.id) };
    };

    const cluster = (args: eks.ClusterArgs = {}) => {
        const provider = new aws.Provider("west", {
            region: "us-west-2",
            defaultTags: { tags: { Project: "kgents" } },
        });
        const opts = { provider };
        const made = new eks.Cluster(
            "cluster",
            {
                name: "kgents",
                version: "1.35",
                skipDefaultNodeGroup: true,
                authenticationMode: "API",
                ...network(opts),
                ...args,
            },
            { providers: { aws: provider } },
        );
        return { made, opts };
    };

    it("builds eks.Cluster from the children that the real component registers", async () => {
        program = async () => {
            const { made } = cluster({
                createInstanceRole: true,
                createOidcProvider: true,
                accessEntries: {
                    admin: {
                        principalArn: "arn:aws:iam::123456789012:role/platform",
                        accessPolicies: {
                            admin: {
                                policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                                accessScope: { type: "cluster" },
                            },
                        },
                    },
                },
                storageClasses: { fast: { type: "gp3", default: true } },
                corednsAddonOptions: { enabled: true, version: "v1.12.1-eksbuild.2" },
                kubeProxyAddonOptions: { version: "v1.35.0-eksbuild.2" },
                vpcCniOptions: { addonVersion: "v1.21.0-eksbuild.1" },
            });
            return {
                endpoint: made.eksCluster.endpoint,
                issuer: made.oidcIssuer,
                core: made.core.endpoint,
                provider: made.oidcProviderArn,
            };
        };
        expect((await stack.preview()).run.changes).toEqual({ create: 34 });
        await stack.up();
        const deployment = await stack.export();
        const component = deployment.one("eks:index:Cluster");
        const below = deployment.resources.filter(({ urn }) =>
            urn.startsWith(component.urn.replace(/::cluster$/, "$")),
        );
        expect(below.map(({ type, name }) => `${type} ${name.replace(/-[0-9a-f]{8}$/, "-<hash>")}`).sort()).toEqual([
            "aws:ec2/securityGroup:SecurityGroup cluster-eksClusterSecurityGroup",
            "aws:ec2/securityGroup:SecurityGroup cluster-nodeSecurityGroup",
            "aws:ec2/securityGroupRule:SecurityGroupRule cluster-eksClusterIngressRule",
            "aws:ec2/securityGroupRule:SecurityGroupRule cluster-eksClusterInternetEgressRule",
            "aws:ec2/securityGroupRule:SecurityGroupRule cluster-eksExtApiServerClusterIngressRule",
            "aws:ec2/securityGroupRule:SecurityGroupRule cluster-eksNodeClusterIngressRule",
            "aws:ec2/securityGroupRule:SecurityGroupRule cluster-eksNodeIngressRule",
            "aws:ec2/securityGroupRule:SecurityGroupRule cluster-eksNodeInternetEgressRule",
            "aws:eks/accessEntry:AccessEntry cluster-admin",
            "aws:eks/accessEntry:AccessEntry cluster-defaultNodeGroupInstanceRole",
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation cluster-admin-admin",
            "aws:eks/addon:Addon cluster-coredns",
            "aws:eks/addon:Addon cluster-kube-proxy",
            "aws:eks/addon:Addon cluster-vpc-cni",
            "aws:eks/cluster:Cluster cluster-eksCluster",
            "aws:iam/instanceProfile:InstanceProfile cluster-instanceProfile",
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider cluster-oidcProvider",
            "aws:iam/role:Role cluster-eksRole-role",
            "aws:iam/role:Role cluster-instanceRole-role",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-eksRole-<hash>",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-instanceRole-<hash>",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-instanceRole-<hash>",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-instanceRole-<hash>",
            "eks:index:ServiceRole cluster-eksRole",
            "eks:index:ServiceRole cluster-instanceRole",
            "eks:index:VpcCniAddon cluster-vpc-cni",
            "kubernetes:storage.k8s.io/v1:StorageClass cluster-fast",
            "pulumi:providers:kubernetes cluster-eks-k8s",
        ]);
        const made = deployment.one("aws:eks/cluster:Cluster");
        expect(deployment.outputs).toEqual({
            endpoint: made.outputs.endpoint,
            core: made.outputs.endpoint,
            issuer: expect.stringMatching(/^oidc\.eks\.us-west-2\.amazonaws\.com\/id\/[0-9A-F]{32}$/),
            provider: expect.stringMatching(/^arn:aws:iam::123456789012:oidc-provider\/oidc\.eks\.us-west-2/),
        });
        expect((await stack.up()).run.changes).toEqual({ same: 34 });
        expect((await stack.destroy()).run.changes).toEqual({ delete: 34 });
        expect(doubles.cloud.objects()).toEqual([]);
    });

    it("deploys to the cluster that it made, keeps secrets out of the state, and changes nothing the second time", async () => {
        program = async () => {
            const { made, opts } = cluster({ createInstanceRole: false, skipDefaultSecurityGroups: true });
            const nodeRole = new aws.iam.Role("nodes", { assumeRolePolicy: trust }, opts);
            const nodes = new eks.ManagedNodeGroup(
                "nodes",
                { cluster: made, nodeRole },
                { providers: { aws: opts.provider } },
            );
            const inside = {
                provider: new kubernetes.Provider(
                    "inside",
                    { kubeconfig: made.kubeconfigJson, clusterIdentifier: "eks/us-west-2/kgents" },
                    { dependsOn: nodes },
                ),
            };
            const namespace = new kubernetes.core.v1.Namespace(
                "agents",
                { metadata: { name: "kgents-agents" } },
                inside,
            ).metadata.name;
            const password = new random.RandomPassword("password", { length: 24, special: false }).result;
            new kubernetes.core.v1.Secret(
                "auth",
                { metadata: { name: "auth", namespace }, stringData: { password } },
                inside,
            );
            const nats = new kubernetes.helm.v3.Release(
                "nats",
                {
                    chart: "nats",
                    version: "2.14.2",
                    name: "nats",
                    namespace,
                    values: { config: { merge: { password } } },
                },
                inside,
            );
            const container = { name: "main", image: "natsio/nats-box:0.18.0" };
            new kubernetes.batch.v1.Job(
                "streams",
                {
                    metadata: { name: "streams", namespace },
                    spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } },
                },
                { ...inside, dependsOn: nats },
            );
            return { status: nats.status.status };
        };
        await stack.preview();
        const up = await stack.up();
        const deployment = await stack.export();
        expect(deployment.outputs.status).toBe("deployed");
        expect(deployment.one("aws:eks/nodeGroup:NodeGroup").inputs).toMatchObject({
            clusterName: "kgents",
            scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 2 },
        });
        const secret = doubles.cloud.ofType("kubernetes:core/v1:Secret")[0]!;
        expect(secret.scope).toBe("arn:aws:eks:us-west-2:123456789012:cluster/kgents");
        const stateFile = path.join(dir, "engine/state/.pulumi/stacks/fixture/dr.json");
        expect(readFileSync(stateFile, "utf8")).not.toContain(secret.inputs.stringData.password);
        const again = await stack.up();
        expect(again.run.changes).toEqual({ same: up.run.changes.create });
        await stack.destroy();
        expect(doubles.cloud.objects()).toEqual([]);
    });

    it("adopts what exists: looks it up, imports it and changes it in place", async () => {
        const zone = await doubles.seed("aws:route53/zone:Zone", { name: "kgents.io" });
        await doubles.seed("aws:route53/record:Record", {
            zoneId: zone.id,
            name: "api.kgents.io",
            type: "A",
            ttl: 300,
            records: ["192.0.2.1"],
        });
        let ttl = 300;
        program = async () => {
            const opts = { provider: new aws.Provider("west", { region: "us-west-2" }) };
            const { zoneId } = await aws.route53.getZone({ name: "kgents.io" }, opts);
            const existing = aws.route53.Zone.get("zone", zoneId, undefined, opts);
            new aws.route53.Record(
                "api",
                { zoneId, name: "api.kgents.io", type: "A", ttl, records: ["192.0.2.1"] },
                { ...opts, import: ttl === 300 ? `${zoneId}_api.kgents.io_A` : undefined },
            );
            return { servers: existing.nameServers };
        };
        expect((await stack.up()).run.changes).toMatchObject({ import: 1 });
        expect((await stack.export()).outputs.servers).toHaveLength(4);
        ttl = 60;
        expect((await stack.up()).run.changes).toMatchObject({ update: 1 });
        expect(doubles.cloud.ofType("aws:route53/record:Record").map(({ properties }) => properties.ttl)).toEqual([60]);
    });

    it("keeps a failed Job in the state, failed, until it is replaced", async () => {
        const message = "meta group has 3 members, expected 4";
        doubles.cloud.onJob(() => ({ succeeded: false, message }));
        let annotations: Record<string, string> = {};
        program = async () => {
            const provider = new kubernetes.Provider("inside", { kubeconfig: "{}", clusterIdentifier: "somewhere" });
            new kubernetes.batch.v1.Job(
                "gate",
                {
                    metadata: { name: "gate", namespace: "default", annotations },
                    spec: {
                        template: {
                            spec: { restartPolicy: "Never", containers: [{ name: "main", image: "nats-box" }] },
                        },
                    },
                },
                { provider },
            );
        };
        await expect(stack.up()).rejects.toThrow(message);
        doubles.cloud.onJob(() => ({ succeeded: true }));
        await expect(stack.up()).rejects.toThrow(message);
        annotations = { "pulumi.com/replaceUnready": "true" };
        expect((await stack.up()).run.changes).toMatchObject({ replace: 1 });
        expect((await stack.export()).one("kubernetes:batch/v1:Job").outputs.status.succeeded).toBe(1);
    });

    it("says in a preview already what is wrong, and where to add what it does not know", async () => {
        program = async () => {
            const inside = {
                provider: new kubernetes.Provider("inside", { kubeconfig: "{}", clusterIdentifier: "somewhere" }),
            };
            const metadata = { name: "settings", namespace: "default" };
            new kubernetes.apiextensions.CustomResource(
                "wrong",
                { apiVersion: "v1", kind: "ConfigMap", metadata, dta: {} },
                inside,
            );
        };
        await expect(stack.preview()).rejects.toThrow("unknown field");
        program = async () => {
            new aws.redshift.Cluster(
                "warehouse",
                { clusterIdentifier: "one", nodeType: "ra3.large" },
                { provider: new aws.Provider("west", { region: "us-west-2" }) },
            );
        };
        await expect(stack.preview()).rejects.toThrow("add an entry to testbed/doubles/aws/redshift.ts");
    });
});
