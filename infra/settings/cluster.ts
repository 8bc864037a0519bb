import { z } from "zod";
import { isArm } from "../../components/cluster/regionClusterRules";
import {
    clusterAddOns,
    defaultKubernetesVersion,
    kubernetesVersions,
    type KubernetesVersion,
} from "../kubernetesVersions";
import { callerCidr, listOf, matching, oneOf, section, wholeNumber, yesOrNo } from "./schema";

const clusterName = () =>
    matching(
        /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
        "a cluster name of up to 100 letters, digits, hyphens and underscores",
    );

const created = section({
    mode: z.literal("create"),
    /** Default: `<system>-<role>`, such as "kgents-dr" (seed 000). */
    name: clusterName().optional(),
    /** Kubernetes version, one that the program pins add-ons for. Default: 1.35. */
    version: z
        .enum(Object.keys(kubernetesVersions) as [KubernetesVersion, ...KubernetesVersion[]], {
            error: `${Object.keys(kubernetesVersions)
                .map((version) => `"${version}"`)
                .join(" or ")}, in quotes`,
        })
        .default(defaultKubernetesVersion),
    /**
     * Instance types of the nodes, best first; more than one, because a region under stress runs out of single types.
     * Default: the standby follows the primary; otherwise t3.medium (seed 001), then t3a.medium.
     */
    instanceTypes: listOf(
        matching(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an instance type, such as t3.medium"),
        "instance types",
        { atLeast: 1 },
    )
        .refine(
            (types) => types.every(isArm) || !types.some(isArm),
            "a list of instance types of one processor architecture: the letter g after the generation, as in t4g, means ARM",
        )
        .optional(),
    /** Number of nodes, at least one a zone for the three NATS servers. Default: as the primary in the standby; otherwise 3 (seed 001). */
    nodes: wholeNumber(3, 100).optional(),
    /** IAM roles and users that administer the cluster, besides whoever creates it. Default: none. */
    adminRoleArns: listOf(
        matching(
            /^arn:aws(-[a-z]+)*:iam::\d{12}:(role|user)\/\S+$/,
            "the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/platform",
        ),
        "ARNs of IAM roles or users",
    ).default([]),
    /** Who may reach the API server from outside the VPC. Default: nobody, its public endpoint is off. */
    publicAccessCidrs: listOf(callerCidr(), "address ranges").default([]),
    /** Whether AWS refuses to delete the cluster and the load balancers in front of it. Turn it off, and update, before a destroy. Default: true. */
    deletionProtection: yesOrNo().default(true),
});

const adopted = section({
    mode: z.literal("adopt"),
    /** Name of the cluster that is there. */
    name: clusterName(),
    /** The class that NATS volumes use. Default: "gp3". */
    storageClass: matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "the name of a StorageClass").default("gp3"),
    /** Add-ons that the cluster has by other means than EKS's own, such as a Helm release. Default: none. */
    installedOtherwise: listOf(oneOf(...clusterAddOns), "names of add-ons").default([]),
    /** Whether AWS refuses to delete the load balancers in front of it. Turn it off, and update, before a destroy. Default: true. */
    deletionProtection: yesOrNo().default(true),
});

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
        .prefault({}),
};

export type CreatedClusterSettings = z.output<typeof created>;
export type AdoptedClusterSettings = z.output<typeof adopted>;
