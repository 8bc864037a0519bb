import { FailoverDns, type FailoverTarget } from "../../../../components/failover/failoverDns";
import { cloudFrontZoneId } from "../../../../components/failover/failoverDnsRules";
import { LatchWatcher } from "../../../../components/failover/latchWatcher";
import { MaintenanceEdge } from "../../../../components/failover/maintenanceEdge";
import { StopLatch } from "../../../../components/failover/stopLatch";
import type { SystemProfile } from "../../../../components/model/profile";
import { record, type RecordedResource } from "../../../../components/testing/record";
import { kgents } from "../../../../infra/kgents";
import { Deployment, type DeployedResource } from "../../../../engine/state/deployment";
import type { Deployments } from "../../../kit/context";

/** What phase 12 deploys, from the components themselves under mocks: for tests of the drill that need no engine. */
export async function failoverFixture(
    { onStandby }: { readonly onStandby: "page" | "latch" },
    system: SystemProfile = kgents,
): Promise<Deployments> {
    const pair = {
        zoneName: system.zone,
        zoneId: "Z1",
        recordName: `failover.${system.apiHost}`,
        contracts: system.contracts,
    };
    const bucketName = `${system.name}-stop-latch`;
    const regions = { region: system.regions.dr.name, primaryRegion: system.regions.primary.name };
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
            check: { host: `primary.${system.apiHost}` },
            latch: { bucketName, region: regions.region },
        });
    });
    const dr = await record(
        () => {
            const edge = new MaintenanceEdge("edge", {
                edgeName: `${system.name}-maintenance`,
                hosts: [pair.recordName, system.apiHost],
                certificateArn: "arn",
                originHost: system.zone,
            });
            const latch = new StopLatch("latch", {
                ...regions,
                bucketName,
                accountPublicAccess: { blockPublicPolicy: false, restrictPublicBuckets: false },
            });
            new LatchWatcher("watcher", {
                ...regions,
                functionName: `${system.name}-latch-watcher`,
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
        urn: `urn:pulumi:${stack}::fixture::${type}::${name}`,
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
