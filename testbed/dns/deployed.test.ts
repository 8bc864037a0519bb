import { describe, expect, it } from "vitest";
import { Deployment, type DeployedResource } from "../../engine/state/deployment";
import { zoneFromDeployments } from "./deployed";

function resource(type: string, name: string, inputs: Record<string, unknown>): DeployedResource {
    const token = type === "Record" ? "aws:route53/record:Record" : "aws:route53/healthCheck:HealthCheck";
    return {
        urn: `urn:${name}`,
        type: token,
        name,
        custom: true,
        id: `${name}-id`,
        protect: false,
        dependencies: [],
        inputs,
        outputs: {},
    };
}

const deep = {
    type: "HTTPS",
    fqdn: "primary.test",
    resourcePath: "/health",
    requestInterval: 10,
    failureThreshold: 3,
    port: 443,
};
const primary = {
    zoneId: "Z1",
    name: "pair.test",
    type: "A",
    setIdentifier: "primary",
    failoverRoutingPolicies: [{ type: "PRIMARY" }],
    healthCheckId: "deep-id",
    aliases: [{ name: "Balancer.elb.test", zoneId: "ZELB", evaluateTargetHealth: false }],
};

describe("zoneFromDeployments", () => {
    it("leaves out what is in a private zone, and refuses records of two public ones", () => {
        const inside: DeployedResource = {
            ...resource("Record", "inside", {}),
            type: "aws:route53/zone:Zone",
            id: "ZPRIVATE",
            inputs: { name: "gw.test", vpcs: [{ vpcId: "vpc-1" }] },
        };
        const elsewhere = (zoneId: string) =>
            resource("Record", zoneId, { ...primary, zoneId, name: `${zoneId}.test` });
        const deployed = [resource("HealthCheck", "deep", deep), resource("Record", "one", primary), inside];
        const zone = zoneFromDeployments([new Deployment("dr", [...deployed, elsewhere("ZPRIVATE")])]);
        expect([zone.id, zone.records.map(({ name }) => name)]).toEqual(["Z1", ["pair.test"]]);
        expect(() => zoneFromDeployments([new Deployment("dr", [...deployed, elsewhere("Z2")])])).toThrow(
            "records of several zones were deployed (Z1, Z2)",
        );
    });

    it("reads records and checks of all stacks together", () => {
        const secondary = {
            zoneId: "Z1",
            name: "pair.test",
            type: "A",
            setIdentifier: "dr",
            ttl: 60,
            records: ["192.0.2.1"],
            failoverRoutingPolicies: [{ type: "SECONDARY" }],
        };
        const zone = zoneFromDeployments([
            new Deployment("primary", [resource("HealthCheck", "deep", deep), resource("Record", "one", primary)]),
            new Deployment("dr", [resource("Record", "two", secondary)]),
        ]);
        expect(zone.id).toBe("Z1");
        expect(zone.records.map(({ failover, content }) => [failover, content])).toEqual([
            ["PRIMARY", { alias: { name: "balancer.elb.test", zoneId: "ZELB", evaluateTargetHealth: false } }],
            ["SECONDARY", { values: ["192.0.2.1"], ttl: 60 }],
        ]);
        expect(zone.checks.get("deep-id")).toMatchObject({
            kind: "endpoint",
            host: "primary.test",
            interval: 10,
            threshold: 3,
            inverted: false,
        });
    });

    it.each([
        [
            "a simple record beside the pair",
            [primary, { zoneId: "Z1", name: "pair.test", type: "A", ttl: 60, records: ["192.0.2.1"] }],
            "cannot stand beside a simple record",
        ],
        ["a TTL on an alias", [{ ...primary, ttl: 60 }], "an alias has no TTL of its own"],
        ["a check that is not there", [{ ...primary, healthCheckId: "lost" }], "health check lost was not deployed"],
        [
            "a routing policy that is not modelled",
            [{ ...primary, weightedRoutingPolicies: [{ weight: 1 }] }],
            "weightedRoutingPolicies is not modelled",
        ],
        [
            "two primaries",
            [primary, { ...primary, setIdentifier: "second" }],
            "two records with the failover role PRIMARY and PRIMARY",
        ],
    ])("refuses %s", (_title, records, message) => {
        const resources = [
            resource("HealthCheck", "deep", deep),
            ...records.map((inputs, index) => resource("Record", String(index), inputs)),
        ];
        expect(() => zoneFromDeployments([new Deployment("primary", resources)])).toThrow(message);
    });

    it("refuses a calculated check of calculated checks, and fewer than three checker regions", () => {
        const resources = [
            resource("HealthCheck", "deep", { ...deep, regions: ["us-east-1", "eu-west-1"] }),
            resource("HealthCheck", "inner", {
                type: "CALCULATED",
                childHealthchecks: ["deep-id"],
                childHealthThreshold: 1,
            }),
            resource("HealthCheck", "outer", {
                type: "CALCULATED",
                childHealthchecks: ["inner-id"],
                childHealthThreshold: 1,
            }),
        ];
        expect(() => zoneFromDeployments([new Deployment("primary", resources)])).toThrow(
            /outer: child inner-id is itself calculated[^]*2 checker regions/,
        );
    });
});
