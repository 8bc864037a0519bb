import { describe, expect, it } from "vitest";
import { record, type RecordOptions } from "../components/testing/record";
import type { Role } from "../components/model/profile";
import { kgents } from "../infra/kgents";
import { readSettings } from "../infra/settings";
import { createContext } from "../infra/stack";
import { runPhases } from "../infra/run";
import { roadmap } from "./roadmap";

const clusterFound = {
    name: "prod",
    version: "1.35",
    endpoint: "https://api",
    certificateAuthorities: [{ data: "Y2E=" }],
    vpcConfig: { vpcId: "vpc-9", subnetIds: [], clusterSecurityGroupId: "sg-9" },
};

const options: RecordOptions = {
    invokes: {
        "pulumi:pulumi:readStackOutputs": () => ({
            outputs: { phase: 10, role: "dr", region: "us-west-2", vpcCidr: "10.20.0.0/16" },
        }),
        "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({ names: ["a", "b", "c"] }),
        "aws:eks/getCluster:getCluster": () => clusterFound,
        "aws:ec2/getVpc:getVpc": ({ id }) => ({ id, cidrBlockAssociations: [{ cidrBlock: "172.31.0.0/16" }] }),
        "aws:eks/getAddon:getAddon": () => ({ addonVersion: "v1" }),
    },
    outputs: {
        "eks:index:Cluster": (inputs) => ({
            kubeconfigJson: "{}",
            clusterSecurityGroupId: "sg",
            eksCluster: { name: inputs["name"], endpoint: "https://api" },
        }),
        "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1 }),
        "random:index/randomPassword:RandomPassword": () => ({ result: "a".repeat(40) }),
        "pulumi:pulumi:StackReference": () => ({ outputs: { region: "us-west-2" }, secretOutputNames: [] }),
    },
};

/** What a stack registers at phase 10, and what it exports. */
async function build(role: Role, values: Record<string, string> = {}, more: RecordOptions = {}) {
    const config = { values: { "kgents-dr:phase": "10", ...values } };
    let outputs: Record<string, unknown> = {};
    const recording = await record(
        async () => {
            const { settings } = readSettings(role, "kgents-dr", config, kgents, roadmap);
            outputs = await runPhases(createContext(role, kgents, settings, roadmap));
        },
        { ...options, ...more, invokes: { ...options.invokes, ...more.invokes }, project: "kgents-dr", stack: role },
    );
    return { recording, outputs };
}

const components = (children: readonly string[]) => children.filter((child) => child.startsWith("drkit:"));
const adopted = { "kgents-dr:cluster": '{"mode":"adopt","name":"prod"}' };

describe("phase 10 of primary", () => {
    it("is a network, a cluster, namespaces and NATS with its streams", async () => {
        const { recording, outputs } = await build("primary");
        expect(components(recording.children)).toEqual([
            "drkit:index:Namespaces namespaces",
            "drkit:index:NatsStreams nats-streams",
            "drkit:index:NatsSuperCluster nats",
            "drkit:index:RegionCluster cluster",
            "drkit:index:RegionNetwork network",
        ]);
        expect(Object.keys(outputs).sort()).toEqual([
            "clusterEndpoint",
            "clusterName",
            "environment",
            "nodeFloor",
            "peers",
            "phase",
            "region",
            "role",
            "standbyRegion",
            "vpcCidr",
            "vpcId",
        ]);
    });

    it("has NATS scraped by a PodMonitor that the operator's selector finds, where there is an operator", async () => {
        const podMonitor = async (operator: boolean) => {
            const { recording } = await build("primary", {
                "kgents-dr:alerts": JSON.stringify({
                    prometheus: { operator, ruleLabels: { release: "prometheus" } },
                }),
            });
            return recording.one("kubernetes:helm.sh/v3:Release").inputs.values.promExporter.podMonitor;
        };
        expect(await podMonitor(false)).toEqual({ enabled: false });
        expect(await podMonitor(true)).toEqual({
            enabled: true,
            merge: { metadata: { labels: { release: "prometheus" } } },
        });
    });

    it("leaves no resource to a default provider", async () => {
        const { recording } = await build("primary");
        const providerOf = (type: string) =>
            type.startsWith("aws:") ? "::aws::" : type.startsWith("kubernetes:") ? "::cluster-kubernetes::" : undefined;
        for (const { type, name, provider } of recording.resources) {
            const expected = providerOf(type);
            if (expected) expect(provider, `${type} ${name}`).toContain(expected);
        }
    });

    it("reads the standby's region by a stack reference", async () => {
        const { recording } = await build("primary");
        expect(recording.one("pulumi:pulumi:StackReference").inputs["name"]).toBe("organization/kgents-dr/dr");
    });

    it("changes nothing of an adopted cluster: no network, no namespace, only NATS and its streams", async () => {
        const { recording } = await build("primary", adopted);
        expect(components(recording.children)).toEqual([
            "drkit:index:AdoptedCluster cluster",
            "drkit:index:NatsStreams nats-streams",
            "drkit:index:NatsSuperCluster nats",
        ]);
        expect(recording.children.filter((child) => child.startsWith("aws:"))).toEqual([]);
        expect(recording.children.filter((child) => child.startsWith("kubernetes:core/v1:Namespace"))).toEqual([]);
    });

    it("leaves the user's own NATS alone", async () => {
        const { recording } = await build("primary", { ...adopted, "kgents-dr:nats": '{"owner":"user"}' });
        expect(
            recording.children.filter(
                (child) => child.startsWith("kubernetes:") || child.startsWith("drkit:index:Nats"),
            ),
        ).toEqual([]);
    });

    it("refuses to adopt a cluster that lacks what its phase needs", async () => {
        const invokes = { "aws:eks/getCluster:getCluster": () => ({ ...clusterFound, version: "1.30" }) };
        await expect(build("primary", adopted, { invokes })).rejects.toThrow(
            "cluster prod cannot be adopted yet; it lacks\n  - phase 10: Kubernetes 1.34 or newer; found 1.30",
        );
    });

    it("refuses a range that overlaps what the standby really has", async () => {
        const invokes = {
            "pulumi:pulumi:readStackOutputs": () => ({
                outputs: { phase: 10, role: "dr", region: "us-west-2", vpcCidr: "10.10.128.0/20" },
            }),
        };
        await expect(build("primary", {}, { invokes })).rejects.toThrow(
            "the VPC range 10.10.0.0/16 of stack primary overlaps 10.10.128.0/20 of stack dr",
        );
    });

    it("needs the standby's stack, and says how to make it", async () => {
        const invokes = { "pulumi:pulumi:readStackOutputs": () => ({ outputs: {} }) };
        await expect(build("primary", {}, { invokes })).rejects.toThrow("to do: pulumi up --stack dr");
    });
});

describe.each(["dr", "witness"] as const)("phase 10 of %s", (role) => {
    it("holds its provider and its outputs", async () => {
        const { recording, outputs } = await build(role);
        expect(recording.children).toEqual(["pulumi:providers:aws aws"]);
        expect(recording.one("pulumi:providers:aws").inputs).toMatchObject({
            region: kgents.regions[role].name,
            defaultTags: JSON.stringify({ tags: { Project: "kgents", Stack: role, ManagedBy: "pulumi" } }),
        });
        expect(outputs).toEqual({
            phase: 10,
            role,
            environment: "prod",
            peers: { primary: "primary", dr: "dr", witness: "witness" },
            region: kgents.regions[role].name,
            vpcCidr: kgents.regions[role].vpcCidr,
        });
    });

    it("touches no other account than those named", async () => {
        const { recording } = await build(role, { "kgents-dr:accountIds": '["123456789012"]' });
        expect(recording.one("pulumi:providers:aws").inputs["allowedAccountIds"]).toBe('["123456789012"]');
    });
});
