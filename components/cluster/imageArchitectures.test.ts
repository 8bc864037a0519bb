import { describe, expect, it } from "vitest";
import { programImages, repositoryOf, validateImageArchitectures } from "./imageArchitectures";

const x86 = ["t3.medium", "t3a.medium"];
const arm = ["t4g.medium", "m7g.medium"];

const manifests = "k8s/overlays/dr";
const own = { prefixes: ["atlas/"], manifests };
const api = { "atlas/api": ["amd64", "arm64"] } as const;

describe("validateImageArchitectures", () => {
    it("asks nothing for the nodes that everything runs on", () => {
        expect(validateImageArchitectures(x86, { ...own, images: {} })).toEqual([]);
    });

    it.each([
        ["by its repository", api],
        ["with a tag", { "atlas/api:1.2": ["arm64"] }],
        ["in a registry", { "123456789012.dkr.ecr.eu-west-1.amazonaws.com/atlas/api@sha256:0": ["arm64"] }],
    ] as const)("lets ARM nodes have images that were looked at and are for them, named %s", (_how, images) => {
        expect(validateImageArchitectures(arm, { ...own, images: { ...images, redis: ["arm64"] } })).toEqual([]);
    });

    it.each([
        ["nobody has looked", { ...own, images: {} }, "no image of atlas/ is named"],
        [
            "none of the system's own is named, whatever else is",
            { ...own, images: { redis: ["arm64"], "notatlas/api": ["arm64"] } },
            "no image of atlas/ is named",
        ],
        [
            "one registry's images are not named",
            { manifests, prefixes: ["atlas/", "shop/"], images: api },
            "no image of shop/ is named",
        ],
        [
            "nobody has looked, and no images are in the account's registry",
            { manifests, prefixes: [], images: {} },
            "empty",
        ],
    ] as const)("refuses ARM nodes while %s, and says which images and how", (_what, lookedUp, found) => {
        const [message, ...more] = validateImageArchitectures(arm, lookedUp);
        expect(more).toEqual([]);
        expect(message).toContain(
            `architectures: ${found}, and the nodes (t4g.medium, m7g.medium) are ARM. Name every image of the manifests`,
        );
        expect(message).toContain("kustomize build k8s/overlays/dr | grep image:");
        expect(message).toContain(`Known already: ${Object.keys(programImages).join(", ")}, and`);
    });

    it.each([
        [
            "ARM",
            arm,
            { "atlas/api": ["amd64"] },
            'architectures["atlas/api"]: amd64 found; the nodes (t4g.medium, m7g.medium) need arm64',
        ],
        [
            "ARM",
            arm,
            { "atlas/api:1.2": ["amd64"] },
            'architectures["atlas/api"]: amd64 found; the nodes (t4g.medium, m7g.medium) need arm64',
        ],
        [
            "Intel's and AMD's",
            x86,
            { "atlas/api": ["arm64"] },
            'architectures["atlas/api"]: arm64 found; the nodes (t3.medium, t3a.medium) need amd64',
        ],
    ] as const)("refuses an image that is not for %s nodes", (_what, types, images, message) => {
        expect(validateImageArchitectures(types, { ...own, images })).toEqual([expect.stringContaining(message)]);
    });

    it("takes the program's own images into account", () => {
        expect(Object.values(programImages).every((architectures) => architectures.includes("arm64"))).toBe(true);
        expect(validateImageArchitectures(arm, { ...own, images: { ...api, nats: ["amd64"] } })).toEqual([
            expect.stringContaining('architectures["nats"]: amd64 found'),
        ]);
    });
});

describe("repositoryOf", () => {
    it.each([
        ["nats:2.14.9-alpine", "nats"],
        ["registry:5000/atlas/api", "registry:5000/atlas/api"],
        ["registry:5000/atlas/api:1.2", "registry:5000/atlas/api"],
        [`atlas/api:1.2@sha256:${"0".repeat(64)}`, "atlas/api"],
    ])("of %s is %s", (reference, repository) => expect(repositoryOf(reference)).toBe(repository));
});
