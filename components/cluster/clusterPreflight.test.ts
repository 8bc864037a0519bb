import { describe, expect, it } from "vitest";
import { clusterPreflight, isNotFound, readClusterFacts, type ClusterFacts } from "./clusterPreflight";
import { record } from "../testing/record";

const facts: ClusterFacts = {
    version: "1.35",
    addOns: { "aws-ebs-csi-driver": "v1" },
    vpcCidrs: ["10.10.0.0/16", "100.64.0.0/16"],
};

describe("clusterPreflight", () => {
    it("finds nothing missing where everything is there", () => {
        expect(
            clusterPreflight("prod", facts, { oldestVersion: "1.34", addOns: { "aws-ebs-csi-driver": "volumes" } }),
        ).toEqual([]);
    });

    it("lists all that is missing, each with the command that helps", () => {
        const needs = {
            oldestVersion: "1.36",
            addOns: { "eks-pod-identity-agent": "credentials" },
        };
        expect(clusterPreflight("prod", facts, needs)).toEqual([
            "Kubernetes 1.36 or newer; found 1.35: aws eks update-cluster-version --name prod",
            "add-on eks-pod-identity-agent (credentials): aws eks create-addon --cluster-name prod --addon-name eks-pod-identity-agent, or name it in cluster.installedOtherwise",
        ]);
    });

    it("takes the owner's word for an add-on that is no add-on of EKS", () => {
        const needs = { addOns: { "eks-pod-identity-agent": "credentials" } };
        expect(clusterPreflight("prod", facts, needs, ["eks-pod-identity-agent"])).toEqual([]);
    });

    it("finds a VPC of another range than the other regions are told of", () => {
        expect(clusterPreflight("prod", facts, { vpcCidr: "10.10.0.0/16" })).toEqual([]);
        expect(clusterPreflight("prod", facts, { vpcCidr: "10.20.0.0/16" })).toEqual([
            "the range 10.20.0.0/16, which the other regions route to; its VPC has 10.10.0.0/16, 100.64.0.0/16: set network.vpcCidr to the one that the nodes are in",
        ]);
    });

    it("compares versions as numbers", () => {
        expect(clusterPreflight("prod", { ...facts, version: "1.9" }, { oldestVersion: "1.34" })).toHaveLength(1);
    });
});

describe("readClusterFacts", () => {
    const invokes = {
        "aws:eks/getCluster:getCluster": () => ({ version: "1.35", vpcConfig: { vpcId: "vpc-9" } }),
        "aws:ec2/getVpc:getVpc": ({ id }: Record<string, unknown>) => ({
            id,
            cidrBlockAssociations: [{ cidrBlock: "172.31.0.0/16" }],
        }),
        "aws:eks/getAddon:getAddon": ({ addonName }: Record<string, unknown>) => ({
            addonVersion: `of ${String(addonName)}`,
        }),
    };

    it("reads version, add-ons and range", async () => {
        let found: ClusterFacts | undefined;
        await record(async () => (found = await readClusterFacts("prod", ["coredns"], {})), { invokes });
        expect(found).toEqual({ version: "1.35", addOns: { coredns: "of coredns" }, vpcCidrs: ["172.31.0.0/16"] });
    });
});

describe("isNotFound", () => {
    it("tells an absent add-on from a call that failed", () => {
        expect(isNotFound(new Error("ResourceNotFoundException: No addon: coredns found in cluster: prod"))).toBe(true);
        expect(isNotFound(new Error("AccessDeniedException: not authorized"))).toBe(false);
        expect(isNotFound(new Error("invoke is not modelled"))).toBe(false);
    });
});
