import { describe, expect, it } from "vitest";
import { unknown } from "../wire/values";
import { isBuiltIn, schemaFaults } from "./schema";

const pod = (container: object = {}, spec: object = {}) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "streams", labels: { "app.kubernetes.io/name": "streams" } },
    spec: {
        template: {
            spec: { restartPolicy: "Never", containers: [{ name: "main", image: "nats-box", ...container }], ...spec },
        },
    },
});

describe("the check against Kubernetes' schemas", () => {
    it("has nothing to say about an object that is right", async () => {
        expect(
            await schemaFaults(
                pod({ env: [{ name: "A", value: "b" }], resources: { limits: { cpu: "500m", memory: "64Mi" } } }),
            ),
        ).toEqual([]);
    });

    it.each([
        [
            "a field of the wrong type",
            pod({ command: "sh" }),
            "spec.template.spec.containers[0].command",
            "must be array",
        ],
        [
            "a value that is not allowed",
            pod({}, { restartPolicy: "Sometimes" }),
            "spec.template.spec.restartPolicy",
            "must be equal to one of the allowed values: Always, Never, OnFailure",
        ],
        [
            "a missing field",
            pod({}, { containers: [{ image: "nats-box" }] }),
            "spec.template.spec.containers[0]",
            "must have required property name",
        ],
        [
            "a label that is no text",
            { ...pod(), metadata: { name: "a", labels: { tier: 1 } } },
            "metadata.labels.tier",
            "must be string",
        ],
        ["an unknown field", pod({ comand: ["sh"] }), "spec.template.spec.containers[0].comand", "unknown field"],
        [
            "an unknown field deep inside",
            pod({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k", optionall: true } } }] }),
            "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.optionall",
            "unknown field",
        ],
        ["an unknown field at the top", { ...pod(), sepc: {} }, "sepc", "unknown field"],
    ])("finds %s", async (_what, manifest, path, reason) => {
        expect(await schemaFaults(manifest)).toEqual([{ path, reason }]);
    });

    it("lets free-form objects be", async () => {
        expect(
            await schemaFaults({
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "a", annotations: { any: "thing" } },
                data: { "nats.conf": "x" },
            }),
        ).toEqual([]);
        const schema = {
            type: "object",
            properties: {
                anything: { type: "object", default: { a: { b: 1 } }, "x-kubernetes-preserve-unknown-fields": true },
            },
        };
        const crd = {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: "things.example.org" },
            spec: {
                group: "example.org",
                scope: "Namespaced",
                names: { kind: "Thing", plural: "things" },
                versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
            },
        };
        expect(await schemaFaults(crd)).toEqual([]);
    });

    it("leaves out what is not known yet", async () => {
        expect(await schemaFaults(pod({ image: unknown, command: unknown }, { nodeSelector: unknown }))).toEqual([]);
    });

    it("knows which kinds are Kubernetes' own", async () => {
        expect(await isBuiltIn("apps/v1", "StatefulSet")).toBe(true);
        expect(await isBuiltIn("v1", "Secret")).toBe(true);
        expect(await isBuiltIn("v1", "PodSpec")).toBe(false);
        expect(await isBuiltIn("velero.io/v1", "Schedule")).toBe(false);
        expect(await isBuiltIn("../../etc", "Passwd")).toBe(false);
    });
});
