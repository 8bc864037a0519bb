import { ownCluster } from "./gitOpsChart";

/** Where the manifests are. */
export interface GitSource {
    /** "https://git.example.com/shop/manifests.git". */
    readonly repository: string;
    /** Branch, tag or commit. @default "HEAD", the repository's main branch */
    readonly revision?: string;
}

/** One region's part of the ApplicationSet, an element of its list generator. */
export interface GitOpsElement {
    /** "primary" or "dr" (seed 000). */
    readonly cluster: string;
    /** Folder of the region's overlay inside the repository. */
    readonly path: string;
}

/** Whether Argo CD acts by itself. */
export interface SyncPolicy {
    /** Deletes what is no longer in git. @default true */
    readonly prune?: boolean;
    /** Undoes changes made by hand. @default true */
    readonly selfHeal?: boolean;
}

export interface GitOpsPlan {
    /** The system's name: that of the project, and the beginning of those of the ApplicationSet and its applications. */
    readonly system: string;
    readonly source: GitSource;
    readonly elements: readonly GitOpsElement[];
    /** Which of the elements this cluster deploys: its own, and no other. */
    readonly own: string;
    /** The only namespaces that the project may deploy to. */
    readonly namespaces: readonly string[];
}

/** What is wrong with a plan, all at once; empty if nothing is. */
export function validateGitOps(plan: GitOpsPlan): string[] {
    const names = plan.elements.map((element) => element.cluster);
    const paths = plan.elements.map((element) => element.path);
    return [
        ...(/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/.test(plan.system)
            ? []
            : [`system: "${plan.system}" found; allowed are up to 42 lower-case letters, digits and hyphens`]),
        ...(/^(https:\/\/|ssh:\/\/|git@)\S+$/.test(plan.source.repository)
            ? []
            : [
                  `source.repository: "${plan.source.repository}" found; allowed is an https or ssh address, such as "https://git.example.com/shop/manifests.git"`,
              ]),
        ...(plan.source.revision === ""
            ? ['source.revision: empty; name a branch, a tag or a commit, or leave it out for "HEAD"']
            : []),
        ...(names.includes(plan.own)
            ? []
            : [`own: "${plan.own}" found; allowed is one of the elements: ${names.join(", ") || "there are none"}`]),
        ...repeated(names).map((name) => `elements: cluster "${name}" is there twice; each region has one element`),
        ...repeated(paths).map(
            (path) =>
                `elements: path "${path}" is that of two clusters; each region has its own overlay, which leaves out what Pulumi owns there`,
        ),
        ...paths
            .filter((path) => !/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(path) || path.split("/").includes(".."))
            .map(
                (path) =>
                    `elements: path "${path}" found; allowed is a folder of the repository, such as "infra/overlays/dr"`,
            ),
        ...(plan.namespaces.length > 0 ? [] : ["namespaces: empty; name those that Argo CD may deploy to"]),
        ...plan.namespaces
            .filter((namespace) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace) || /^kube-/.test(namespace))
            .map(
                (namespace) =>
                    `namespaces: "${namespace}" found; allowed are names of namespaces, and neither "*" nor the cluster's own`,
            ),
    ];
}

function repeated(values: readonly string[]): string[] {
    return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** The part of an ApplicationSet's spec that decides where it deploys. */
export type ApplicationSetSpec = Record<string, any>;

/**
 * Why an ApplicationSet does not stay in its own cluster; empty if it does. Another cluster's address is a dependency
 * on that cluster's region: what deploys to the standby from the primary is gone with the primary.
 */
export function validateOwnCluster(spec: ApplicationSetSpec): string[] {
    const destination = spec.template?.spec?.destination ?? {};
    const generators: Record<string, any>[] = spec.generators ?? [];
    const foreign = generators
        .flatMap((generator) => Object.keys(generator))
        .filter((kind) => kind === "clusters" || kind === "clusterDecisionResource");
    const elements: unknown[] = generators.flatMap((generator) => generator.list?.elements ?? []);
    return [
        ...(destination.server === ownCluster
            ? []
            : [
                  `deploys to ${JSON.stringify(destination.server ?? destination.name ?? "nowhere")}; allowed is its own cluster, "${ownCluster}"`,
              ]),
        ...foreign.map(
            (kind) =>
                `generates from "${kind}", which reaches every cluster that Argo CD knows; allowed is a list with the region's own element`,
        ),
        ...(elements.length > 1 ? [`has ${elements.length} elements; allowed is the region's own one`] : []),
    ];
}
