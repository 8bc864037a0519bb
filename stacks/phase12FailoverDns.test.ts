import type { Phase } from "../components/model/phase";
import { describe, expect, it } from "vitest";
import { record, type RecordOptions } from "../components/testing/record";
import type { Role } from "../components/model/profile";
import { kgents } from "../infra/kgents";
import { createContext } from "../infra/stack";
import { readSettings } from "../infra/settings";
import { failoverDnsBuilder as failoverDns } from "./builders/failoverDns";
import { warmStandby } from "./phase13WarmStandby";
import { roadmap } from "./roadmap";
import { standbyServes } from "./standby/standbyOrder";

const peerOutputs = {
    phase: 12,
    zoneId: "Z1",
    zoneNameServers: ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"],
    edgeCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
};

/** What every stack exports when the order of phase 13 is done, and before the standby's first step. */
const joined = { vpcId: "vpc-1", peeringIds: {}, gatewaysReady: true, joined: true, witnessGate: 4, standbyGate: 7 };
const joining = { vpcId: joined.vpcId };

const options = (peer: object): RecordOptions => ({
    invokes: {
        "pulumi:pulumi:readStackOutputs": () => ({ outputs: { ...peerOutputs, ...peer } }),
        "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
        "aws:route53/getZone:getZone": () => ({ zoneId: "Z1", nameServers: peerOutputs.zoneNameServers }),
        "aws:s3/getAccountPublicAccessBlock:getAccountPublicAccessBlock": () => ({
            blockPublicPolicy: false,
            restrictPublicBuckets: false,
        }),
    },
    outputs: {
        "pulumi:pulumi:StackReference": () => ({ outputs: peerOutputs, secretOutputNames: [] }),
        "aws:acm/certificate:Certificate": ({ domainName, subjectAlternativeNames }) => ({
            domainValidationOptions: [domainName, ...subjectAlternativeNames].map((name: string) => ({
                domainName: name,
                resourceRecordName: `_x.${name}`,
                resourceRecordType: "CNAME",
                resourceRecordValue: "_y.acm-validations.aws",
            })),
        }),
    },
});

const loadBalancer = {
    dnsName: "kong.us-east-1.elb.amazonaws.com",
    zoneId: "Z35SXDOTRQ7X7K",
    arnSuffix: "app/kong/0123456789abcdef",
};
const ingress = { loadBalancer };

/** What a stack registers by this phase alone, at `phase` or above. */
async function build(role: "primary" | "dr", settings: object, phase: Phase = 12, peer: object = {}) {
    let outputs: Record<string, unknown> = {};
    const recording = await record(
        async () => {
            const values = Object.fromEntries(
                Object.entries({ phase: 10, ...settings }).map(([key, value]) => [
                    `kgents-dr:${key}`,
                    JSON.stringify(value),
                ]),
            );
            const read = readSettings(role, "kgents-dr", { values }, kgents, roadmap);
            const stack = {
                ...createContext(role as Role, kgents, { ...read.settings, phase }, roadmap),
                openings: phase >= warmStandby.id ? { standbyServes } : {},
            };
            const result = await (
                failoverDns[role] as (stack: unknown, parts: object) => Promise<{ outputs?: Record<string, unknown> }>
            )(stack, {});
            outputs = result.outputs ?? {};
        },
        { ...options(peer), project: "kgents-dr", stack: role },
    );
    return { recording, outputs };
}

const components = (children: readonly string[]) => children.filter((child) => child.startsWith("drkit:"));

describe("phase 12 of primary", () => {
    it("is the pair's first half, its pages, the edge's certificate and the live name", async () => {
        const { recording, outputs } = await build("primary", { ingress });
        expect(components(recording.children)).toEqual([
            "drkit:index:FailoverDns failover",
            "drkit:index:FailoverPages failover-pages",
            "drkit:index:LiveName live-name",
            "drkit:index:ZoneCertificate edge-certificate",
        ]);
        expect(Object.keys(outputs)).toEqual(["liveName", "zoneId", "zoneNameServers", "edgeCertificateArn"]);
    });

    it("checks the latch by a host that it computes, in the standby's region", async () => {
        const { recording } = await build("primary", { ingress });
        expect(recording.one("aws:route53/healthCheck:HealthCheck", "failover-latch").inputs["fqdn"]).toBe(
            "kgents-stop-latch-usw2-123456789012.s3.us-west-2.amazonaws.com",
        );
    });

    it("makes no zone unless it is told to", async () => {
        const zones = async (dns: object) =>
            (await build("primary", { ingress, dns })).recording.children.filter((child) =>
                child.startsWith("aws:route53/zone:Zone"),
            );
        expect(await zones({})).toEqual([]);
        expect(await zones({ createZone: true })).toEqual(["aws:route53/zone:Zone zone"]);
    });

    it("turns the live name only when it is told that the pair has proved itself", async () => {
        const live = async (dns: object) =>
            (await build("primary", { ingress, dns })).recording.children.filter((child) =>
                child.endsWith("live-name-record"),
            );
        expect(await live({})).toEqual([]);
        expect(await live({ cutover: "done" })).toEqual(["aws:route53/record:Record live-name-record"]);
    });

    it("turns it to a pair that is there", async () => {
        const { recording } = await build("primary", { ingress, dns: { cutover: "done" } });
        expect(recording.dependencies("aws:route53/record:Record", "live-name-record")).toContain(
            "aws:route53/record:Record failover-record",
        );
    });

    it.each([
        ["neither of the two ways to the API", {}],
        ["both of them", { loadBalancer, addresses: ["192.0.2.1"] }],
    ])("needs exactly one way to the primary's API, and refuses %s", async (_title, ways) => {
        await expect(build("primary", { ingress: ways })).rejects.toThrow("exactly one is needed");
    });
});

describe("phase 12 of dr", () => {
    it("is the latch, its watcher, the maintenance edge and the pair's second half", async () => {
        const { recording, outputs } = await build("dr", {});
        expect(components(recording.children)).toEqual([
            "drkit:index:FailoverDns failover",
            "drkit:index:LatchWatcher latch-watcher",
            "drkit:index:MaintenanceEdge maintenance",
            "drkit:index:StopLatch latch",
        ]);
        expect(Object.keys(outputs)).toEqual(["latchBucket", "latchUrl", "pagingTopicArn"]);
        expect(recording.one("aws:lambda/function:Function").inputs["environment"].variables).toMatchObject({
            ON_STANDBY: "page",
            LATCH_BUCKET: "kgents-stop-latch-usw2-123456789012",
        });
    });

    it("sends nobody to a standby that is not whole, and pins nobody to the page, while phase 13 is on its way", async () => {
        const { recording } = await build("dr", {}, 13, { ...joining, phase: 13 });
        expect(components(recording.children)).toContain("drkit:index:FailoverDns failover");
        expect(recording.one("aws:lambda/function:Function").inputs["environment"].variables.ON_STANDBY).toBe("page");
    });

    it("from phase 13's last update on lets the watcher set the latch, keeps the edge, and leaves the record to that phase", async () => {
        const { recording } = await build("dr", {}, 13, { ...joined, phase: 13 });
        expect(components(recording.children)).toEqual([
            "drkit:index:LatchWatcher latch-watcher",
            "drkit:index:MaintenanceEdge maintenance",
            "drkit:index:StopLatch latch",
        ]);
        expect(recording.one("aws:lambda/function:Function").inputs["environment"].variables.ON_STANDBY).toBe("latch");
    });

    it("leaves no AWS resource to a default provider", async () => {
        const { recording } = await build("dr", {});
        for (const { type, name, provider } of recording.resources.filter(({ type }) => type.startsWith("aws:")))
            expect(provider, `${type} ${name}`).toContain("::aws::");
    });
});
