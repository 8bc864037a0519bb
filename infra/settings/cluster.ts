import { z } from "zod";
import { isArm } from "../../components/cluster/regionClusterRules";
import { defaultKubernetesVersion, type KubernetesVersion } from "../../components/model/kubernetesVersions";
import { addOns, clusterAddOns } from "../../components/model/versions";
import { callerCidr, listOf, matching, oneOf, section, wholeNumber, yesOrNo } from "./schema";

const clusterName = () =>
    matching(
        /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
        "a cluster name of up to 100 letters, digits, hyphens and underscores",
    );

/** What the program brings into either kind of cluster. */
const common = {
    deletionProtection: yesOrNo()
        .default(true)
        .describe(
            "Whether AWS refuses to delete the load balancers in front of the cluster, and a created cluster itself. Turn it off, and update, before a destroy.",
        ),
    loadBalancerController: yesOrNo()
        .default(true)
        .meta({
            description:
                "Whether the program installs the AWS Load Balancer Controller; false if an adopted cluster has one.",
            from: { primary: 13, dr: 13 },
        }),
    snapshotController: yesOrNo()
        .default(true)
        .meta({
            description: "Whether the program installs the snapshot controller; false if an adopted cluster has one.",
            from: { primary: 11, dr: 13 },
        }),
};

const versions = Object.keys(addOns) as [KubernetesVersion, ...KubernetesVersion[]];
const versionAllowed = `${versions.map((version) => `"${version}"`).join(" or ")}, in quotes`;

const created = section({
    mode: z.literal("create").meta({
        description: "The program creates network, cluster and nodes: for a greenfield.",
        unset: '"create"',
    }),
    name: clusterName()
        .optional()
        .meta({ description: "The cluster's name.", unset: '`<system>-<role>`, such as "shop-dr"' }),
    version: z.enum(versions, { error: versionAllowed }).default(defaultKubernetesVersion).meta({
        description: "Kubernetes version, one that the program pins add-ons for.",
        allowed: versionAllowed,
    }),
    instanceTypes: listOf(
        matching(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an instance type, such as t3.medium"),
        "instance types",
        { atLeast: 1 },
    )
        .refine(
            (types) => types.every(isArm) || !types.some(isArm),
            "a list of instance types of one processor architecture: the letter g after the generation, as in t4g, means ARM",
        )
        .optional()
        .meta({
            description:
                "Instance types of the nodes, best first. Name more than one: a region under stress runs out of single types.",
            unset: "the primary's in the standby; otherwise t3.medium, t3a.medium",
        }),
    nodes: wholeNumber(3, 100).optional().meta({
        description: "Number of nodes, at least one in each zone for the three NATS servers.",
        unset: "as many as the primary in the standby; otherwise 3",
    }),
    adminRoleArns: listOf(
        matching(
            /^arn:aws(-[a-z]+)*:iam::\d{12}:(role|user)\/\S+$/,
            "the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/platform",
        ),
        "ARNs of IAM roles or users",
    )
        .default([])
        .describe("IAM roles and users that administer the cluster, besides its creator."),
    publicAccessCidrs: listOf(callerCidr(), "address ranges")
        .default([])
        .describe(
            "Who may reach the API server from outside the VPC. Empty: no one; its public endpoint is off, and Pulumi has to run inside the VPC.",
        ),
    ...common,
}).describe("A cluster that the program creates.");

const adopted = section({
    mode: z.literal("adopt").describe("The cluster exists. Nothing in it is changed that the program did not create."),
    name: clusterName().describe("Name of the existing cluster."),
    storageClass: matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "the name of a StorageClass")
        .default("gp3")
        .describe("The StorageClass of the NATS volumes."),
    installedOtherwise: listOf(oneOf(...clusterAddOns), "names of add-ons")
        .default([])
        .describe("Add-ons that the cluster has by other means than EKS's own, such as a Helm release."),
    ...common,
}).describe("A cluster that exists.");

/** The Kubernetes cluster of the stack's region: created for a greenfield, or adopted as it is. */
export const clusterSettings = {
    cluster: z
        .preprocess(
            (input) =>
                typeof input === "object" && input !== null && !Array.isArray(input) && !("mode" in input)
                    ? { mode: "create", ...input }
                    : input,
            z.discriminatedUnion("mode", [created, adopted], { error: '"create" or "adopt"' }),
        )
        .prefault({})
        .meta({
            description: "The region's Kubernetes cluster. Without `mode` the program creates it.",
            from: { primary: 10, dr: 13 },
        }),
};

export type CreatedClusterSettings = z.output<typeof created>;
export type AdoptedClusterSettings = z.output<typeof adopted>;
