import { FailoverDns, type FailoverTarget } from "../../../components/failover/failoverDns";
import { cloudFrontZoneId } from "../../../components/failover/failoverDnsRules";
import { LatchWatcher } from "../../../components/failover/latchWatcher";
import { MaintenanceEdge } from "../../../components/failover/maintenanceEdge";
import { StopLatch } from "../../../components/failover/stopLatch";
import { record, type RecordedResource } from "../../../components/testing/record";
import { kgents } from "../../../infra/profile";
import { Deployment, type DeployedResource } from "../../state/deployment";
import type { Deployments } from "../drill";

/** What phase 12 deploys, from the components themselves under mocks: for tests of the drill that need no engine. */
export async function failoverFixture({ onStandby }: { onStandby: "page" | "latch" }): Promise<Deployments> {
    const pair = { zoneName: kgents.zone, zoneId: "Z1", recordName: `failover.${kgents.apiHost}` };
    const bucketName = "kgents-stop-latch";
    const regions = { region: kgents.regions.dr.name, primaryRegion: kgents.regions.primary.name };
    const balancer = (role: string): FailoverTarget => ({
        kind: "alias",
        name: `${role}.elb.amazonaws.com`,
        zoneId: "ZELB",
    });
    const primary = await record(() => {
        new FailoverDns("failover", {
            ...pair,
            role: "primary",
            target: balancer("primary"),
            primaryRegion: regions.primaryRegion,
            check: { host: `primary.${kgents.apiHost}` },
            latch: { bucketName, region: regions.region },
        });
    });
    const dr = await record(
        () => {
            const edge = new MaintenanceEdge("edge", {
                edgeName: "kgents-maintenance",
                hosts: [pair.recordName, kgents.apiHost],
                certificateArn: "arn",
                originHost: kgents.zone,
            });
            const latch = new StopLatch("latch", {
                ...regions,
                bucketName,
                accountPublicAccess: { blockPublicPolicy: false, restrictPublicBuckets: false },
            });
            new LatchWatcher("watcher", {
                ...regions,
                functionName: "kgents-latch-watcher",
                pairName: pair.recordName,
                nameServers: ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"],
                bucketName,
                bucketArn: latch.bucketArn,
                onStandby,
            });
            const target: FailoverTarget =
                onStandby === "latch"
                    ? balancer("standby")
                    : { kind: "alias", name: edge.domainName, zoneId: cloudFrontZoneId };
            new FailoverDns("failover", { ...pair, role: "dr", target });
        },
        {
            stack: "dr",
            outputs: { "aws:cloudfront/distribution:Distribution": () => ({ domainName: "d1.cloudfront.net" }) },
        },
    );
    return { primary: await deployment("primary", primary.resources), dr: await deployment("dr", dr.resources) };
}

async function deployment(stack: string, resources: readonly RecordedResource[]): Promise<Deployment> {
    const deployed = resources.map(async ({ type, name, inputs, custom }): Promise<DeployedResource> => ({
        urn: `urn:pulumi:${stack}::kgents-dr::${type}::${name}`,
        type,
        name,
        custom,
        id: custom ? `${name}-id` : undefined,
        protect: false,
        dependencies: [],
        inputs: await plain(inputs),
        outputs: {},
    }));
    return new Deployment(stack, await Promise.all(deployed));
}

/** Inputs as the engine writes them to its state: an asset's content is a promise in the program. */
async function plain(value: any): Promise<any> {
    const settled = await value;
    if (Array.isArray(settled)) return Promise.all(settled.map(plain));
    if (typeof settled !== "object" || settled === null) return settled;
    const entries = Object.entries(settled).map(async ([key, inner]) => [key, await plain(inner)] as const);
    return Object.fromEntries(await Promise.all(entries));
}
