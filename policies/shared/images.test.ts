import { describe, expect, it } from "vitest";
import { describeImageFault, imagesInManifest, imagesInValues } from "./images";

describe("describeImageFault", () => {
    const digest = `@sha256:${"a".repeat(64)}`;
    it.each([
        ["nats:2.14.9-alpine", undefined],
        ["registry.local:5000/kgents/api:1.4.2", undefined],
        [`kgents/api${digest}`, undefined],
        [`kgents/api:latest${digest}`, undefined],
        ["kgents/api", "has no tag"],
        ["registry.local:5000/kgents/api", "has no tag"],
        ["kgents/api:latest", 'has the moving tag "latest"'],
        ["kgents/api:stable", 'has the moving tag "stable"'],
        ["kgents/api:production", 'has the tag "production", which names no version'],
        ["", "is empty"],
    ])("%s: %s", (reference, fault) => {
        expect(describeImageFault({ reference, path: "image" })).toBe(fault);
    });
});

describe("imagesInManifest", () => {
    it("finds the containers of a CronJob, initial ones included, with their paths", () => {
        const pod = { initContainers: [{ image: "a:1" }], containers: [{ image: "b:2" }, { name: "no image" }] };
        const cronJob = { spec: { jobTemplate: { spec: { template: { spec: pod } } } } };
        expect(imagesInManifest(cronJob)).toEqual([
            { reference: "a:1", path: "spec.jobTemplate.spec.template.spec.initContainers[0].image" },
            { reference: "b:2", path: "spec.jobTemplate.spec.template.spec.containers[0].image" },
            { reference: "", path: "spec.jobTemplate.spec.template.spec.containers[1].image" },
        ]);
    });

    it("leaves alone an image that is not a container's", () => {
        expect(imagesInManifest({ spec: { image: "a picture" } })).toEqual([]);
    });
});

describe("imagesInValues", () => {
    it("puts repository, tag and digest together and reads plain strings", () => {
        const values = {
            container: { image: { repository: "nats", tag: "2.14.9-alpine" } },
            initImage: "velero/plugin:v1.13.0",
            reloader: { image: { pullPolicy: "Always" } },
            sidecars: [{ image: { tag: "latest" } }],
        };
        expect(imagesInValues(values)).toEqual([
            { reference: "velero/plugin:v1.13.0", path: "values.initImage" },
            { reference: "nats:2.14.9-alpine", path: "values.container.image" },
            { reference: "chart's own:latest", path: "values.sidecars[0].image" },
        ]);
    });
});
