import { isArm } from "./regionClusterRules";

/** A processor architecture, as image registries call it. */
export type Architecture = "amd64" | "arm64";

const both: readonly Architecture[] = ["amd64", "arm64"];

/**
 * What each repository's images run on that the program deploys, in the versions that it pins (the registries' own lists of manifests). Argo CD,
 * External Secrets and Velero's node agent come as their charts pin them, for both.
 */
export const programImages: Readonly<Record<string, readonly Architecture[]>> = {
    nats: both,
    "natsio/nats-box": both,
    "natsio/nats-server-config-reloader": both,
    "natsio/prometheus-nats-exporter": both,
    "velero/velero": both,
    "velero/velero-plugin-for-aws": both,
    "public.ecr.aws/aws-cli/aws-cli": both,
    "public.ecr.aws/eks/aws-load-balancer-controller": both,
};

/** "kgents/api:1.2" and "kgents/api@sha256:…" are both of "kgents/api". */
export function repositoryOf(reference: string): string {
    return reference.replace(/@sha256:.*$/, "").replace(/:[^:/]+$/, "");
}

/**
 * Why nodes of these types could not run these images; empty if they could. `workloads` is what somebody looked up of the images in
 * the manifests: the program neither knows them nor reads registries, and a pod of the wrong kind would be found out on the day only.
 */
export function validateImageArchitectures(instanceTypes: readonly string[], workloads: Readonly<Record<string, readonly Architecture[]>>): string[] {
    const arm = instanceTypes.filter(isArm);
    const needed: Architecture = arm.length > 0 ? "arm64" : "amd64";
    const missing = Object.entries({ ...programImages, ...workloads })
        .filter(([, architectures]) => !architectures.includes(needed))
        .map(([image, architectures]) => `imageArchitectures."${image}": ${architectures.join(", ") || "none"} found; the nodes (${instanceTypes.join(", ")}) need ${needed}: build the image for it too, or choose other types`);
    if (arm.length === 0 || Object.keys(workloads).length > 0) return missing;
    return [
        `imageArchitectures: empty, and the nodes (${instanceTypes.join(", ")}) are ARM; look at every image of the manifests, ` +
            '"docker buildx imagetools inspect IMAGE", and write down what it is for: {"kgents/api": ["amd64", "arm64"]}',
        ...missing,
    ];
}
