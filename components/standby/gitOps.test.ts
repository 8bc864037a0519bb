import { describe, expect, it } from "vitest";
import { applicationSetSpec, GitOps, type GitOpsArgs } from "./gitOps";
import { argoCdChartValues } from "./gitOpsChart";
import { validateGitOps, validateOwnCluster } from "./gitOpsRules";
import { fixtureSystem } from "../testing/fixtureSystem";
import { record } from "../testing/record";

const args: GitOpsArgs = {
    system: fixtureSystem.name,
    source: { repository: fixtureSystem.gitops.repository },
    elements: [
        { cluster: "primary", path: "clusters/frankfurt" },
        { cluster: "dr", path: "clusters/dublin" },
    ],
    own: "dr",
    namespaces: ["atlas-edge", "atlas-messaging"],
};
const customResource = (kind: string) => `kubernetes:argoproj.io/v1alpha1:${kind}`;

describe("GitOps", () => {
    it("installs Argo CD, then a project, then the ApplicationSet", async () => {
        const recording = await record(() => new GitOps("gitops", args));
        expect(recording.children).toEqual([
            "drkit:index:GitOps gitops",
            "kubernetes:argoproj.io/v1alpha1:AppProject gitops-project",
            "kubernetes:argoproj.io/v1alpha1:ApplicationSet gitops-application-set",
            "kubernetes:core/v1:Namespace gitops-namespace",
            "kubernetes:helm.sh/v3:Release gitops-release",
        ]);
        expect(recording.one("kubernetes:helm.sh/v3:Release").inputs).toMatchObject({
            name: "argocd",
            namespace: "argocd",
            chart: "argo-cd",
            version: "10.1.1",
            repositoryOpts: { repo: "https://argoproj.github.io/argo-helm" },
            values: argoCdChartValues(),
        });
    });

    it("has the definitions of what it makes by then, and the project before what belongs to it", async () => {
        const recording = await record(() => new GitOps("gitops", args));
        expect(recording.dependencies("kubernetes:helm.sh/v3:Release")).toContain(
            "kubernetes:core/v1:Namespace gitops-namespace",
        );
        expect(recording.dependencies(customResource("AppProject"))).toContain(
            "kubernetes:helm.sh/v3:Release gitops-release",
        );
        expect(recording.dependencies(customResource("ApplicationSet"))).toContain(
            `${customResource("AppProject")} gitops-project`,
        );
    });

    it("lets the project deploy to the given namespaces of its own cluster only, and nothing cluster-wide", async () => {
        const project = (await record(() => new GitOps("gitops", args))).one(customResource("AppProject"));
        expect(project.inputs.spec).toEqual({
            description: "dr's own workloads",
            sourceRepos: ["https://git.atlas.example/platform/manifests.git"],
            destinations: [
                { server: "https://kubernetes.default.svc", namespace: "atlas-edge" },
                { server: "https://kubernetes.default.svc", namespace: "atlas-messaging" },
            ],
            clusterResourceWhitelist: [],
        });
    });

    it("deploys the region's own overlay to its own cluster", async () => {
        const set = (await record(() => new GitOps("gitops", args))).one(customResource("ApplicationSet"));
        expect(set.inputs.metadata).toEqual({ name: "atlas-multiregion", namespace: "argocd" });
        expect(set.inputs.spec).toEqual({
            goTemplate: true,
            goTemplateOptions: ["missingkey=error"],
            generators: [{ list: { elements: [{ cluster: "dr", path: "clusters/dublin" }] } }],
            syncPolicy: { preserveResourcesOnDeletion: true },
            template: {
                metadata: { name: "atlas-{{.cluster}}" },
                spec: {
                    project: "atlas",
                    source: {
                        repoURL: "https://git.atlas.example/platform/manifests.git",
                        targetRevision: "HEAD",
                        path: "{{.path}}",
                    },
                    destination: { server: "https://kubernetes.default.svc" },
                    syncPolicy: {
                        automated: { prune: true, selfHeal: true, allowEmpty: false },
                        syncOptions: ["CreateNamespace=false", "RespectIgnoreDifferences=true"],
                        retry: { limit: 5, backoff: { duration: "10s", factor: 2, maxDuration: "3m" } },
                    },
                    ignoreDifferences: [
                        { group: "apps", kind: "Deployment", jsonPointers: ["/spec/replicas"] },
                        {
                            group: "configuration.konghq.com",
                            kind: "KongPlugin",
                            name: "standby-write-fence",
                            jsonPointers: ["/disabled"],
                        },
                    ],
                },
            },
        });
    });

    it("prunes and heals only where it is asked to", () => {
        const { automated } = applicationSetSpec(args, { prune: false, selfHeal: false }).template.spec.syncPolicy;
        expect(automated).toEqual({ prune: false, selfHeal: false, allowEmpty: false });
    });

    it("is open to nobody: no admin, no entry from outside, no rights by default", () => {
        expect(argoCdChartValues()).toMatchObject({
            configs: { cm: { "admin.enabled": false, "exec.enabled": false }, rbac: { "policy.default": "" } },
            server: { service: { type: "ClusterIP" }, ingress: { enabled: false }, httproute: { enabled: false } },
            dex: { enabled: false },
        });
    });

    it("fails with every mistake before it registers anything", async () => {
        await expect(record(() => new GitOps("gitops", { ...args, own: "witness", namespaces: [] }))).rejects.toThrow(
            'GitOps "gitops":\n' +
                '- own: "witness" found; allowed is one of the elements: primary, dr\n' +
                "- namespaces: empty; name those that Argo CD may deploy to",
        );
    });
});

describe("validateGitOps", () => {
    it("accepts the roadmap's repository and overlays", () => expect(validateGitOps(args)).toEqual([]));

    it.each([
        ["a system that no object is called after", { system: "Atlas" }, 'system: "Atlas" found'],
        [
            "an address without a scheme",
            { source: { repository: "atlas/atlas" } },
            'source.repository: "atlas/atlas" found',
        ],
        ["an empty revision", { source: { ...args.source, revision: "" } }, "source.revision: empty"],
        [
            "one overlay for two regions",
            { elements: args.elements.map((one) => ({ ...one, path: "all" })) },
            'path "all" is that of two clusters',
        ],
        [
            "a region twice",
            { elements: [...args.elements, { cluster: "dr", path: "other" }] },
            'cluster "dr" is there twice',
        ],
        [
            "a path that leads out",
            { elements: [args.elements[0]!, { cluster: "dr", path: "../x" }] },
            'path "../x" found',
        ],
        ["every namespace", { namespaces: ["*"] }, 'namespaces: "*" found'],
        ["the cluster's own namespace", { namespaces: ["kube-system"] }, 'namespaces: "kube-system" found'],
    ])("refuses %s", (_what, change, message) => {
        const issues = validateGitOps({ ...args, ...change });
        expect(issues).toHaveLength(1);
        expect(issues[0]).toContain(message);
    });
});

describe("validateOwnCluster", () => {
    const spec = applicationSetSpec(args);
    const changed = (change: Record<string, unknown>) => ({ ...spec, ...change });
    const to = (destination: unknown) => changed({ template: { spec: { destination } } });

    it("accepts what the component deploys", () => expect(validateOwnCluster(spec)).toEqual([]));

    it.each([
        [
            "another cluster's address",
            to({ server: "https://dr.k8s.atlas.example" }),
            'deploys to "https://dr.k8s.atlas.example"; allowed is its own cluster',
        ],
        ["a destination from the elements", to({ server: "{{url}}" }), 'deploys to "{{url}}"'],
        ["no destination", to(undefined), 'deploys to "nowhere"'],
        ["a generator over all clusters", changed({ generators: [{ clusters: {} }] }), 'generates from "clusters"'],
        [
            "the elements of two regions",
            changed({ generators: [{ list: { elements: args.elements } }] }),
            "has 2 elements",
        ],
    ])("refuses %s", (_what, wrong, message) => {
        const issues = validateOwnCluster(wrong);
        expect(issues).toHaveLength(1);
        expect(issues[0]).toContain(message);
    });
});
