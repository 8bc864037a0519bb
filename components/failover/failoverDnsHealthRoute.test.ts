import { expect, it } from "vitest";
import { HealthRoute } from "./failoverDnsHealthRoute";
import { record } from "../testing/record";

it("leads one host and one path to the API, without any plugin of Kong's", async () => {
    const recording = await record(
        () =>
            new HealthRoute("health", {
                namespace: "atlas-edge",
                host: "primary.gateway.atlas.example",
                service: { name: "api", port: 8000 },
            }),
    );
    expect(recording.children).toEqual([
        "drkit:index:HealthRoute health",
        "kubernetes:networking.k8s.io/v1:Ingress health-ingress",
    ]);
    const { metadata, spec } = recording.one("kubernetes:networking.k8s.io/v1:Ingress").inputs;
    expect(metadata).toEqual({
        name: "failover-health",
        namespace: "atlas-edge",
        annotations: { "konghq.com/strip-path": "false" },
    });
    expect(spec).toEqual({
        ingressClassName: "kong",
        rules: [
            {
                host: "primary.gateway.atlas.example",
                http: {
                    paths: [
                        {
                            path: "/health",
                            pathType: "Exact",
                            backend: { service: { name: "api", port: { number: 8000 } } },
                        },
                    ],
                },
            },
        ],
    });
});
