import type { CalculatedCheck, EndpointCheck, ProbeResult, Zone, ZoneRecord } from "./model";
import { defaultCheckerRegions } from "./model";

/** The pair of the roadmap in its shortest form, for tests of the simulator: plain records and the three checks. */
export const well: ProbeResult = { connect: 0.02, respond: 0.03, status: 200 };
export const absent: ProbeResult = { connect: 0.02, respond: 0.03, status: 403 };
export const refused: ProbeResult = { connect: "refused" };
export const silent: ProbeResult = { connect: "silent" };

function endpointCheck(id: string, extra: Partial<EndpointCheck> = {}): EndpointCheck {
    return {
        id,
        name: id,
        kind: "endpoint",
        disabled: false,
        inverted: false,
        protocol: "HTTPS",
        host: `${id}.test`,
        port: 443,
        path: "/health",
        interval: 10,
        threshold: 3,
        regions: defaultCheckerRegions,
        ...extra,
    };
}

function calculatedCheck(children: readonly string[], threshold = children.length): CalculatedCheck {
    return { id: "both", name: "both", kind: "calculated", disabled: false, inverted: false, children, threshold };
}

export function pairRecord(failover: "PRIMARY" | "SECONDARY", value: string, healthCheckId?: string): ZoneRecord {
    return {
        name: "pair.test",
        type: "A",
        setIdentifier: failover,
        failover,
        healthCheckId,
        content: { values: [value], ttl: 60 },
    };
}

export function pairZone(deep: Partial<EndpointCheck> = {}): Zone {
    const checks = [
        endpointCheck("deep", deep),
        endpointCheck("latch", { inverted: true, path: "/STOP" }),
        calculatedCheck(["deep", "latch"]),
    ];
    return {
        id: "Z1",
        records: [pairRecord("PRIMARY", "192.0.2.1", "both"), pairRecord("SECONDARY", "198.51.100.1")],
        checks: new Map(checks.map((check) => [check.id, check])),
    };
}
