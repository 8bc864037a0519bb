import { describe, expect, it } from "vitest";
import { AdoptedCluster } from "./adoptedCluster";
import { clusterIdentifier, kubeconfigOf } from "./regionClusterAccess";
import { record } from "../testing/record";

const invokes = {
    "aws:eks/getCluster:getCluster": ({ name }: Record<string, unknown>) => ({
        name,
        endpoint: "https://api",
        certificateAuthorities: [{ data: "Y2E=" }],
        vpcConfig: { vpcId: "vpc-9", subnetIds: ["subnet-1"], clusterSecurityGroupId: "sg-9" },
    }),
};

describe("AdoptedCluster", () => {
    it("makes a provider and nothing else, so that nothing of the cluster can be changed", async () => {
        const recording = await record(
            () => new AdoptedCluster("cluster", { clusterName: "prod", region: "eu-central-1", storageClass: "fast" }),
            {
                invokes,
            },
        );
        expect(recording.children).toEqual([
            "drkit:index:AdoptedCluster cluster",
            "pulumi:providers:kubernetes cluster-kubernetes",
        ]);
        expect(recording.one("pulumi:providers:kubernetes").inputs).toEqual({
            clusterIdentifier: "eks/eu-central-1/prod",
            enableConfigMapMutable: "true",
            kubeconfig: kubeconfigOf({
                name: "prod",
                endpoint: "https://api",
                certificateAuthority: "Y2E=",
                region: "eu-central-1",
            }),
        });
    });

    it("hands on network and storage class as found", async () => {
        await record(
            async () => {
                const cluster = new AdoptedCluster("cluster", {
                    clusterName: "prod",
                    region: "eu-central-1",
                    storageClass: "fast",
                });
                expect(await new Promise((resolve) => cluster.vpcId.apply(resolve))).toBe("vpc-9");
                expect(cluster).toMatchObject({ storageClass: "fast", ready: [] });
            },
            { invokes },
        );
    });
});

describe("kubeconfigOf", () => {
    it("takes its tokens from the AWS CLI, for the cluster's own region, and holds none", () => {
        const kubeconfig = JSON.parse(
            kubeconfigOf({ name: "c", endpoint: "https://api", certificateAuthority: "Y2E=", region: "eu-west-1" }),
        );
        expect(kubeconfig.users[0].user.exec).toMatchObject({
            command: "aws",
            args: ["eks", "get-token", "--cluster-name", "c", "--region", "eu-west-1"],
        });
        expect(kubeconfig.users[0].user).not.toHaveProperty("token");
    });
});

describe("clusterIdentifier", () => {
    it("tells clusters of one name in two regions apart", () => {
        expect(clusterIdentifier("eu-central-1", "c")).not.toBe(clusterIdentifier("eu-west-1", "c"));
    });
});
