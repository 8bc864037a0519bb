import { describe, expect, it } from "vitest";
import { Namespaces } from "./namespaces";
import type { PodSecurityLevel } from "./podSecurity";
import { record } from "../testing/record";

describe("Namespaces", () => {
    it("makes each namespace under its own name, with the labels", async () => {
        const recording = await record(
            () => new Namespaces("namespaces", { names: { api: "triad", nats: "agents" }, labels: { a: "b" } }),
        );
        expect(recording.children).toEqual([
            "drkit:index:Namespaces namespaces",
            "kubernetes:core/v1:Namespace namespaces-agents",
            "kubernetes:core/v1:Namespace namespaces-triad",
        ]);
        expect(recording.one("kubernetes:core/v1:Namespace", "namespaces-agents").inputs).toMatchObject({
            metadata: { name: "agents", labels: { a: "b" } },
        });
    });

    it("refuses pods that leave Pod Security's baseline, or what it is told, and warns of those that are not restricted", async () => {
        const labels = async (podSecurity?: PodSecurityLevel) => {
            const build = () => new Namespaces("namespaces", { names: { nats: "agents" }, podSecurity });
            return (await record(build)).one("kubernetes:core/v1:Namespace").inputs["metadata"].labels;
        };
        expect(await labels()).toEqual({
            "pod-security.kubernetes.io/enforce": "baseline",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
        });
        expect(await labels("restricted")).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
    });

    it("says which namespace serves which purpose", async () => {
        await record(async () => {
            const { names } = new Namespaces("namespaces", { names: { nats: "agents" } });
            expect(await new Promise((resolve) => names.nats.apply(resolve))).toBe("agents");
        });
    });
});
