import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { writeFenceName } from "../network/regionIngressFence";
import { argoCdChart, argoCdChartValues, argoCdNamespace, ownCluster } from "./gitOpsChart";
import { validateGitOps, type ApplicationSetSpec, type GitOpsPlan, type SyncPolicy } from "./gitOpsRules";
import { podSecurityLabels } from "../cluster/podSecurity";
import { helmRelease } from "../cluster/helmRelease";

export interface GitOpsArgs extends GitOpsPlan {
    /** What Argo CD does by itself. @default prunes and heals */
    readonly sync?: SyncPolicy;
    /**
     * Kinds that belong to the whole cluster and that the manifests may hold all the same, such as the ClusterRole of a
     * Prometheus. Never Namespace: those are Pulumi's. @default none
     */
    readonly clusterResources?: readonly { readonly group: string; readonly kind: string }[];
    /** Tag of Argo CD's image, within `testedRanges`. @default images.argoCd.tag */
    readonly version?: string;
    /** How long Helm waits for Argo CD, in seconds. @default 600 */
    readonly timeoutSeconds?: number;
}

/**
 * Argo CD in one region's cluster, deploying the region's overlay to that cluster and to no other, so that GitOps
 * survives the loss of either region.
 *
 * Not exposed: no ingress, no load balancer, no admin account and no single sign-on. People with access to the cluster
 * use `argocd --core`. The project may deploy to the given namespaces only, and nothing that belongs to the whole
 * cluster unless it is named; namespaces, NATS, secrets and backups are Pulumi's, and the overlays leave them out.
 *
 * Deleting the ApplicationSet deletes no workload.
 *
 * ### Cost
 * None of its own; about 0.4 CPU and 0.9 GiB of the nodes.
 */
export class GitOps extends pulumi.ComponentResource {
    /** The release; what needs Argo CD's CRDs depends on it. */
    readonly release: kubernetes.helm.v3.Release;

    constructor(name: string, args: GitOpsArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateGitOps(args);
        if (issues.length > 0) throw new Error(`GitOps "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:GitOps", name, {}, opts);
        const parent = { parent: this };

        const namespace = createNamespace();
        this.release = installArgoCd(namespace);
        const project = createProject(this.release);
        createApplicationSet(project);

        this.registerOutputs({});

        function createNamespace() {
            return new kubernetes.core.v1.Namespace(
                `${name}-namespace`,
                { metadata: { name: argoCdNamespace, labels: podSecurityLabels("restricted") } },
                parent,
            );
        }

        function installArgoCd(owner: kubernetes.core.v1.Namespace) {
            return helmRelease(
                `${name}-release`,
                {
                    chart: argoCdChart,
                    releaseName: "argocd",
                    namespace: argoCdNamespace,
                    values: argoCdChartValues(args.version),
                    timeoutSeconds: args.timeoutSeconds,
                },
                { ...parent, dependsOn: [owner] },
            );
        }

        function createProject(definitions: pulumi.Resource) {
            return new kubernetes.apiextensions.CustomResource(
                `${name}-project`,
                {
                    apiVersion: "argoproj.io/v1alpha1",
                    kind: "AppProject",
                    metadata: { name: args.system, namespace: argoCdNamespace },
                    spec: {
                        description: `${args.own}'s own workloads`,
                        sourceRepos: [args.source.repository],
                        destinations: args.namespaces.map((allowed) => ({ server: ownCluster, namespace: allowed })),
                        clusterResourceWhitelist: [...(args.clusterResources ?? [])],
                    },
                },
                { ...parent, dependsOn: [definitions] },
            );
        }

        function createApplicationSet(owner: pulumi.Resource) {
            new kubernetes.apiextensions.CustomResource(
                `${name}-application-set`,
                {
                    apiVersion: "argoproj.io/v1alpha1",
                    kind: "ApplicationSet",
                    metadata: { name: `${args.system}-multiregion`, namespace: argoCdNamespace },
                    spec: applicationSetSpec(args, args.sync),
                },
                { ...parent, dependsOn: [owner] },
            );
        }
    }
}

/**
 * Fields that others than git decide. Self-heal does not put them back, and with RespectIgnoreDifferences neither does a sync
 * for another reason: it applies what is live there.
 */
const notGits = [
    // The autoscaler's business (seed 003: 2 to 10 replicas).
    { group: "apps", kind: "Deployment", jsonPointers: ["/spec/replicas"] },
    // The operator's: the promotion takes the standby's write fence away, and the failback puts it back.
    { group: "configuration.konghq.com", kind: "KongPlugin", name: writeFenceName, jsonPointers: ["/disabled"] },
] as const;

/** The ApplicationSet of one region: seed 000's list generator, with the region's own element. */
export function applicationSetSpec(plan: GitOpsPlan, sync: SyncPolicy = {}): ApplicationSetSpec {
    return {
        goTemplate: true,
        goTemplateOptions: ["missingkey=error"],
        generators: [{ list: { elements: plan.elements.filter((element) => element.cluster === plan.own) } }],
        // The last line of defence on the worst day: whoever deletes this object stops syncing and nothing else.
        syncPolicy: { preserveResourcesOnDeletion: true },
        template: {
            metadata: { name: `${plan.system}-{{.cluster}}` },
            spec: {
                project: plan.system,
                source: {
                    repoURL: plan.source.repository,
                    targetRevision: plan.source.revision ?? "HEAD",
                    path: "{{.path}}",
                },
                destination: { server: ownCluster },
                syncPolicy: {
                    // An overlay that renders nothing, after a mistake in git, deletes nothing.
                    automated: { prune: sync.prune ?? true, selfHeal: sync.selfHeal ?? true, allowEmpty: false },
                    syncOptions: ["CreateNamespace=false", "RespectIgnoreDifferences=true"],
                    retry: { limit: 5, backoff: { duration: "10s", factor: 2, maxDuration: "3m" } },
                },
                ignoreDifferences: [...notGits],
            },
        },
    };
}
