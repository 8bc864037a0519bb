import { describe, expect, it } from "vitest";
import { Namespaces } from "./namespaces";
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

    it("says which namespace serves which purpose", async () => {
        await record(async () => {
            const { names } = new Namespaces("namespaces", { names: { nats: "agents" } });
            expect(await new Promise((resolve) => names.nats.apply(resolve))).toBe("agents");
        });
    });
});
