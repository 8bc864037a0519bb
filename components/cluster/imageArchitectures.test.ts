import { describe, expect, it } from "vitest";
import { programImages, repositoryOf, validateImageArchitectures } from "./imageArchitectures";

const x86 = ["t3.medium", "t3a.medium"];
const arm = ["t4g.medium", "m7g.medium"];

describe("validateImageArchitectures", () => {
    it("asks nothing for the nodes that everything runs on", () => {
        expect(validateImageArchitectures(x86, {})).toEqual([]);
    });

    it("lets ARM nodes have images that were looked at and are for them", () => {
        expect(validateImageArchitectures(arm, { "kgents/api": ["amd64", "arm64"], redis: ["arm64"] })).toEqual([]);
    });

    it("refuses ARM nodes while nobody has looked, and says how to", () => {
        expect(validateImageArchitectures(arm, {})).toEqual([expect.stringMatching(/^imageArchitectures: empty, and the nodes \(t4g.medium, m7g.medium\) are ARM.*imagetools inspect/)]);
    });

    it.each([
        ["ARM", arm, { "kgents/api": ["amd64"] }, 'imageArchitectures."kgents/api": amd64 found; the nodes (t4g.medium, m7g.medium) need arm64'],
        ["Intel's and AMD's", x86, { "kgents/api": ["arm64"] }, 'imageArchitectures."kgents/api": arm64 found; the nodes (t3.medium, t3a.medium) need amd64'],
    ] as const)("refuses an image that is not for %s nodes", (_what, types, images, message) => {
        expect(validateImageArchitectures(types, images)).toEqual([expect.stringContaining(message)]);
    });

    it("takes the program's own images into account", () => {
        expect(Object.values(programImages).every((architectures) => architectures.includes("arm64"))).toBe(true);
    });
});

describe("repositoryOf", () => {
    it.each([
        ["nats:2.14.9-alpine", "nats"],
        ["registry:5000/kgents/api", "registry:5000/kgents/api"],
        ["registry:5000/kgents/api:1.2", "registry:5000/kgents/api"],
        [`kgents/api:1.2@sha256:${"0".repeat(64)}`, "kgents/api"],
    ])("of %s is %s", (reference, repository) => expect(repositoryOf(reference)).toBe(repository));
});
