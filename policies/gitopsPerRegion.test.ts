import * as kubernetes from "@pulumi/kubernetes";
import { expect, it } from "vitest";
import { GitOps } from "../components/standby/gitOps";
import { argoCdChart } from "../components/standby/gitOpsChart";
import { describePolicy, kubernetesProvider } from "./testing/harness";

const contract = "Contract config-rto: secrets and configuration usable.";
const own = 'allowed is its own cluster, "https://kubernetes.default.svc"';
const elements = [
    { cluster: "primary", path: "overlays/primary" },
    { cluster: "dr", path: "overlays/dr" },
];

function install(name: string, provider: kubernetes.Provider) {
    const { name: chart, version, repository } = argoCdChart;
    return new kubernetes.helm.v3.Release(
        name,
        { name, namespace: "default", chart, version, repositoryOpts: { repo: repository } },
        { provider },
    );
}

describePolicy("gitops-per-region", (judge) => {
    it.each(["preview", "up"] as const)(
        "stops a hub for both regions, as the roadmap first drew it, in a %s",
        async (operation) => {
            const judgement = await judge({
                operation,
                program: () => {
                    const provider = kubernetesProvider();
                    const definitions = install("argocd", provider);
                    const object = (kind: string, name: string, spec: Record<string, unknown>) =>
                        new kubernetes.apiextensions.CustomResource(
                            name,
                            {
                                apiVersion: "argoproj.io/v1alpha1",
                                kind,
                                metadata: { name, namespace: "default" },
                                spec,
                            },
                            { provider, dependsOn: [definitions] },
                        );
                    object("ApplicationSet", "kgents-multiregion", {
                        generators: [
                            {
                                list: {
                                    elements: elements.map(({ cluster }) => ({
                                        cluster,
                                        url: `https://${cluster}.k8s.kgents.io`,
                                    })),
                                },
                            },
                        ],
                        template: { spec: { project: "default", destination: { server: "{{url}}" } } },
                    });
                    object("Application", "remote", { project: "default", destination: { name: "primary" } });
                    object("AppProject", "open", { destinations: [{ server: "*", namespace: "*" }] });
                },
            });
            expect(judgement.messages).toEqual([
                `"kgents-multiregion" deploys to "{{url}}"; ${own}. ${contract}`,
                `"kgents-multiregion" has 2 elements; allowed is the region's own one. ${contract}`,
                `"open" lets applications deploy to "*"; ${own}. ${contract}`,
                `"remote" deploys to "primary"; ${own}. ${contract}`,
            ]);
            expect(judgement.policies).toEqual(["gitops-per-region"]);
            expect(judgement.exitCode).not.toBe(0);
        },
    );

    it("stops a second Argo CD, and lets the region's own pass", async () => {
        const gitOps = (provider: kubernetes.Provider) =>
            new GitOps(
                "gitops",
                {
                    system: "kgents",
                    source: { repository: "https://github.com/kgents/kgents" },
                    elements,
                    own: "dr",
                    namespaces: ["kgents-triad"],
                },
                { providers: [provider] },
            );
        expect(await judge({ program: () => void gitOps(kubernetesProvider()) })).toMatchObject({
            exitCode: 0,
            policies: [],
        });

        const judgement = await judge({
            program: () => {
                const provider = kubernetesProvider();
                gitOps(provider);
                install("another", provider);
            },
        });
        expect(judgement.messages).toEqual([
            expect.stringContaining("is a second Argo CD of the region; allowed is one"),
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });
});
