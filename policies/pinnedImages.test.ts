import * as kubernetes from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import { expect, it } from "vitest";
import { describePolicy, kubernetesProvider } from "./testing/harness";

describePolicy("pinned-images", (judge) => {
    it("stops moving tags, images without a tag and charts without an exact version", async () => {
        const judgement = await judge({
            program: () => {
                const cluster = { provider: kubernetesProvider() };
                const pod = (image: string) => ({ containers: [{ name: "main", image }] });
                new kubernetes.core.v1.Pod(
                    "latest",
                    { metadata: { name: "latest" }, spec: pod("kgents/api:latest") },
                    cluster,
                );
                new kubernetes.core.v1.Pod(
                    "tagless",
                    { metadata: { name: "tagless" }, spec: pod("kgents/api") },
                    cluster,
                );
                new kubernetes.core.v1.Pod(
                    "pinned",
                    { metadata: { name: "pinned" }, spec: pod("kgents/api:1.4.2") },
                    cluster,
                );
                const repositoryOpts = { repo: "https://charts.example.com" };
                const values = { proxy: { image: { repository: "kong", tag: "latest" } } };
                new kubernetes.helm.v3.Release(
                    "chart",
                    { name: "chart", chart: "kong", version: "2", repositoryOpts, values },
                    cluster,
                );
            },
        });
        expect(judgement.messages).toEqual([
            '"chart" uses image "kong:latest" (values.proxy.image), which has the moving tag "latest": pin a version or a digest.',
            '"latest" uses image "kgents/api:latest" (spec.containers[0].image), which has the moving tag "latest": pin a version or a digest.',
            '"tagless" uses image "kgents/api" (spec.containers[0].image), which has no tag: pin a version or a digest.',
            'chart "kong" of "chart" has version "2": give an exact one, such as "2.14.2", so that both regions install the same.',
        ]);
        expect(judgement.policies).toEqual(["pinned-images"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("looks at objects whose other values a preview does not know, and says so where it cannot look", async () => {
        const judgement = await judge({
            program: () => {
                const cluster = { provider: kubernetesProvider() };
                const later = new random.RandomId("later", { byteLength: 4 }).hex;
                const env = [{ name: "LATER", value: later }];
                const pod = (image: typeof later | string) => ({ containers: [{ name: "main", image, env }] });
                new kubernetes.core.v1.Pod(
                    "seen",
                    { metadata: { name: "seen", annotations: { later } }, spec: pod("api:latest") },
                    cluster,
                );
                const chart = {
                    name: "chart",
                    chart: "kong",
                    version: "3.0.0",
                    repositoryOpts: { repo: "https://charts.example.com" },
                };
                new kubernetes.helm.v3.Release(
                    "chart",
                    { ...chart, values: { vpcId: later, proxy: { image: { tag: "latest" } } } },
                    cluster,
                );
                new kubernetes.core.v1.Pod("unseen", { metadata: { name: "unseen" }, spec: pod(later) }, cluster);
            },
        });
        expect(judgement.messages).toEqual([
            expect.stringContaining('"chart" uses image "chart\'s own:latest"'),
            expect.stringContaining('"seen" uses image "api:latest"'),
        ]);
        expect(judgement.unlooked).toEqual(["pinned-images"]);
    });
});
