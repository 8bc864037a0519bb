import { isArm } from "./regionClusterRules";

/** A processor architecture, as image registries call it. */
export type Architecture = "amd64" | "arm64";

const both: readonly Architecture[] = ["amd64", "arm64"];

/**
 * What each repository's images run on that the program deploys, in the versions that it pins (the registries' own lists of manifests). External
 * Secrets, Argo CD's Redis and Velero's node agent come as their charts pin them, for both.
 */
export const programImages: Readonly<Record<string, readonly Architecture[]>> = {
    nats: both,
    "natsio/nats-box": both,
    "natsio/nats-server-config-reloader": both,
    "natsio/prometheus-nats-exporter": both,
    "velero/velero": both,
    "velero/velero-plugin-for-aws": both,
    "quay.io/argoproj/argocd": both,
    "public.ecr.aws/aws-cli/aws-cli": both,
    "public.ecr.aws/eks/aws-load-balancer-controller": both,
};

/** "shop/api:1.2" and "shop/api@sha256:…" are both of "shop/api". */
export function repositoryOf(reference: string): string {
    return reference.replace(/@sha256:.*$/, "").replace(/:[^:/]+$/, "");
}

/** What somebody looked up of the images in the manifests: the program neither reads the manifests nor the registries. */
export interface LookedUpImages {
    /** By repository, with or without a tag. */
    readonly images: Readonly<Record<string, readonly Architecture[]>>;
    /** Beginnings of the repositories that hold the system's own images: at least one of each has to be named. */
    readonly prefixes: readonly string[];
    /** Folder with the manifests, for people. */
    readonly manifests: string;
}

/** Every image that is known to run on nodes or not to, by repository: the program's own, and those that somebody named. */
export function knownImages({
    images,
}: Pick<LookedUpImages, "images">): Readonly<Record<string, readonly Architecture[]>> {
    return {
        ...programImages,
        ...Object.fromEntries(
            Object.entries(images).map(([reference, architectures]) => [repositoryOf(reference), architectures]),
        ),
    };
}

/**
 * Why nodes of these types could not run these images; empty if nothing is known against it. A pod of the wrong kind would be found out on the
 * day only. For ARM nodes the system's own images have to be named; that nobody forgot another one of the manifests is their word.
 */
export function validateImageArchitectures(instanceTypes: readonly string[], lookedUp: LookedUpImages): string[] {
    const arm = instanceTypes.some(isArm);
    const needed: Architecture = arm ? "arm64" : "amd64";
    const known = knownImages(lookedUp);
    const nodes = `the nodes (${instanceTypes.join(", ")})`;
    const wrong = Object.entries(known)
        .filter(([, architectures]) => !architectures.includes(needed))
        .map(
            ([image, architectures]) =>
                `architectures["${image}"]: ${architectures.join(", ") || "none"} found; ${nodes} need ${needed}: build the image for it too, or choose other types`,
        );
    if (!arm) return wrong;
    const unnamed = lookedUp.prefixes.filter(
        (prefix) => !Object.keys(known).some((repository) => `/${repository}`.includes(`/${prefix}`)),
    );
    const absent =
        unnamed.length > 0
            ? `no image of ${unnamed.join(", ")} is named`
            : Object.keys(lookedUp.images).length > 0
              ? undefined
              : "empty";
    if (absent === undefined) return wrong;
    return [
        `architectures: ${absent}, and ${nodes} are ARM. Name every image of the manifests, the API's, Kong's and Redis's among them: ` +
            `kustomize build ${lookedUp.manifests} | grep image: lists them, and docker buildx imagetools inspect IMAGE shows what one is for: ` +
            `{"shop/api": ["amd64", "arm64"]}. Known already: ${Object.keys(programImages).join(", ")}, and what the charts of Argo CD and External Secrets bring`,
        ...wrong,
    ];
}
