import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { defaultKubernetesVersion } from "../../components/model/kubernetesVersions";
import { addOns, charts, imageReference, images, snapshotController } from "../../components/model/versions";

const folder = path.join(__dirname, "recorded", "deployed");

/** What is deployed, and with which version: "name:version" of every image and chart in a recorded deployment. */
function versionsIn(value: unknown): string[] {
    if (Array.isArray(value)) return value.flatMap(versionsIn);
    if (typeof value !== "object" || value === null) return [];
    const { image, repository, tag, chart, version } = value as Record<string, unknown>;
    return [
        ...(typeof image === "string" ? [image] : []),
        ...(typeof repository === "string" && typeof tag === "string" ? [`${repository}:${tag}`] : []),
        ...(typeof chart === "string" && typeof version === "string" ? [`${chart}:${version}`] : []),
        ...Object.values(value).flatMap(versionsIn),
    ];
}

/** The same of every add-on that EKS manages. */
function addOnsIn(value: unknown): string[] {
    if (typeof value !== "object" || value === null) return [];
    const { addonName, addonVersion } = value as Record<string, unknown>;
    return [
        ...(typeof addonName === "string" ? [`${addonName}:${String(addonVersion)}`] : []),
        ...Object.values(value).flatMap(addOnsIn),
    ];
}

/** What every recorded deployment holds. */
const deployments = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .map((file): unknown => parse(readFileSync(path.join(folder, file), "utf8"), { maxAliasCount: -1 }));

describe("the table of versions", () => {
    it("has every image and every chart that is deployed, and nothing else", () => {
        const deployed = deployments.flatMap(versionsIn);
        const table = [
            ...Object.values(charts).map(({ name, version }) => `${name}:${version}`),
            ...Object.values(images).map(imageReference),
        ];
        expect([...new Set(deployed)].sort()).toEqual(table.sort());
    });

    it("has every add-on of EKS that is deployed, and of the default version of Kubernetes nothing else", () => {
        const pinned = { ...addOns[defaultKubernetesVersion], "snapshot-controller": snapshotController };
        const table = Object.entries(pinned).map(([name, { version }]) => `${name}:${version}`);
        expect([...new Set(deployments.flatMap(addOnsIn))].sort()).toEqual(table.sort());
    });
});
