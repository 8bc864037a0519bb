import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { FailoverDns, type FailoverTarget } from "../../components/failover/failoverDns";
import { ZoneCertificate } from "../../components/failover/failoverDnsCertificate";
import { HealthRoute } from "../../components/failover/failoverDnsHealthRoute";
import { LiveName } from "../../components/failover/failoverDnsLiveName";
import { FailoverPages } from "../../components/failover/failoverDnsPaging";
import { LatchWatcher } from "../../components/failover/latchWatcher";
import { MaintenanceEdge } from "../../components/failover/maintenanceEdge";
import { lookUpAccountPublicAccess, StopLatch } from "../../components/failover/stopLatch";
import { IssuedCertificate } from "../../components/network/regionIngressCertificate";
import { dnsNamesOf, stopLatchBucket } from "../../components/model/dnsNames";
import type { Parts } from "../../infra/parts";
import type { PhaseBuilder, StackContext } from "../../infra/stack";
import { settingKey } from "../../infra/settingKey";
import { liveRecord, primaryTarget } from "../parts/failoverTarget";
import { warnIfNobodyIsPaged } from "../parts/paging";
import { usEast1Provider } from "../parts/usEast1";
import { failoverDns } from "../phase12FailoverDns";
import { physicalName } from "../../components/model/nameLimits";

/** What failover DNS builds: phase12FailoverDns.ts says what it is for. */
export const failoverDnsBuilder: PhaseBuilder = {
    /** Both halves of the pair have to be of one name. The primary goes first, so the standby follows it. */
    async before({ role, name, profile, peers, outputsOf }) {
        const liveName = role === "dr" ? (await outputsOf("primary"))?.["liveName"] : undefined;
        if (liveName === undefined || liveName === profile.apiHost) return;
        throw new pulumi.RunError(
            `${settingKey("dns.liveName")}: ${profile.apiHost} is the live name of stack ${name}, and ${String(liveName)} that of stack ${peers.primary}; both lead to one pair.\n` +
                `  to do: pulumi config set --stack ${name} --path ${settingKey("dns.liveName")} ${String(liveName)}`,
        );
    },

    async primary(stack, parts) {
        await warnIfNobodyIsPaged(stack);
        const zone = await findZone(stack);
        const target = primaryTarget(stack);
        buildHealthRoute(stack, parts);
        const usEast1 = usEast1Provider(stack);
        const pair = await buildPrimaryHalf(stack, zone.zoneId, target, usEast1);
        await buildLiveName(stack, zone, pair);
        const certificate = buildCertificate(stack, zone, usEast1);
        return {
            outputs: {
                liveName: stack.profile.apiHost,
                zoneId: zone.zoneId,
                zoneNameServers: zone.nameServers,
                edgeCertificateArn: certificate.arn,
            },
        };
    },

    async dr(stack) {
        const serves = (await stack.openings.standbyServes?.(stack)) ?? false;
        const { latch, watcher } = await buildLatch(stack, serves);
        const edge = await buildMaintenance(stack);
        const secondaryRecord = (target: FailoverTarget) => buildSecondaryRecord(stack, target);
        if (!serves) await secondaryRecord({ kind: "alias", name: edge.domainName, zoneId: edge.zoneId });
        return {
            parts: serves ? { secondaryRecord } : {},
            outputs: { latchBucket: latch.bucketName, latchUrl: latch.url, pagingTopicArn: watcher.topicArn },
        };
    },
};

interface FoundZone {
    readonly zoneId: aws.route53.Zone["zoneId"];
    readonly nameServers: aws.route53.Zone["nameServers"];
    /** The id as a plain value; undefined for a zone that this update makes. */
    readonly knownId: string | undefined;
}

/** Looked up; made only where a setting says so, because a second zone of the same name would be served by nobody. */
async function findZone({ profile, settings, name, aws: provider }: StackContext): Promise<FoundZone> {
    if (settings.dns.createZone) {
        const { zoneId, nameServers } = new aws.route53.Zone(
            "zone",
            { name: profile.zone, comment: profile.name },
            { provider, protect: true },
        );
        return { zoneId, nameServers, knownId: undefined };
    }
    try {
        const { zoneId, nameServers } = await aws.route53.getZone(
            { name: profile.zone, privateZone: false },
            { provider },
        );
        return { zoneId: pulumi.output(zoneId), nameServers: pulumi.output(nameServers), knownId: zoneId };
    } catch (error) {
        throw new pulumi.RunError(
            `phase ${failoverDns.id} needs the public hosted zone ${profile.zone}, and looking it up failed: ${String(error)}\n` +
                `  to do: use the account that has the zone, or for a greenfield pulumi config set --stack ${name} --path ${settingKey("dns.createZone")} true`,
        );
    }
}

function buildHealthRoute({ profile, settings }: StackContext, { cluster, namespaces }: Parts): void {
    const { healthService } = settings.ingress;
    if (healthService === undefined || cluster === undefined) return;
    new HealthRoute(
        "failover-health",
        {
            namespace: namespaces?.api ?? profile.namespaces.api,
            host: dnsNamesOf(profile).primaryHost,
            path: profile.healthPath,
            service: healthService,
        },
        { providers: [cluster.provider] },
    );
}

async function buildPrimaryHalf(
    stack: StackContext,
    zoneId: FoundZone["zoneId"],
    target: ReturnType<typeof primaryTarget>,
    usEast1: aws.Provider,
): Promise<FailoverDns> {
    const { profile, region, settings } = stack;
    const { accountId } = await aws.getCallerIdentity({}, { provider: stack.aws });
    const { pair, primaryHost } = dnsNamesOf(profile);
    const standby = profile.regions.dr;
    const { intervalSeconds, failureThreshold } = settings.dns.healthCheck;
    const { loadBalancer } = settings.ingress;
    const made = new FailoverDns(
        "failover",
        {
            role: "primary",
            zoneName: profile.zone,
            zoneId,
            recordName: pair,
            target,
            primaryRegion: region.name,
            check: {
                host: primaryHost,
                path: profile.healthPath,
                interval: intervalSeconds,
                threshold: failureThreshold,
            },
            latch: { bucketName: stopLatchBucket(profile, standby, accountId), region: standby.name },
            contracts: profile.contracts,
        },
        { providers: [stack.aws] },
    );
    new FailoverPages(
        "failover-pages",
        {
            topicName: physicalName("topic", [profile.name, "failover"]),
            calculatedCheckId: made.calculatedCheckId!,
            ...(loadBalancer?.arnSuffix === undefined ? {} : { loadBalancer: loadBalancer.arnSuffix }),
            subscribers: settings.alerts.subscribers,
            ...(usEast1 === stack.aws ? {} : { metricsProvider: usEast1 }),
        },
        { providers: [stack.aws] },
    );
    return made;
}

async function buildLiveName(
    { profile, settings, aws: provider, isDeployed }: StackContext,
    { zoneId, knownId }: FoundZone,
    pair: FailoverDns,
): Promise<void> {
    new LiveName(
        "live-name",
        {
            zoneName: profile.zone,
            zoneId,
            ...(knownId === undefined ? {} : { importZoneId: knownId }),
            liveName: profile.apiHost,
            pairName: pair.recordName,
            cutover: settings.dns.cutover,
            existing: liveRecord(settings.dns),
            isDeployed,
        },
        // Route 53 refuses an alias of a name that does not exist.
        { providers: [provider], dependsOn: [pair] },
    );
}

/**
 * One certificate in us-east-1 for all names: the edge serves two of them, a primary's load balancer in that region all three. A load
 * balancer elsewhere gets one of its own region, which the same records validate.
 */
function buildCertificate(stack: StackContext, { zoneId }: FoundZone, usEast1: aws.Provider): ZoneCertificate {
    const names = [...edgeHosts(stack), dnsNamesOf(stack.profile).primaryHost];
    const arn = stack.settings.ingress.loadBalancer?.listenerArn;
    const listener = arn === undefined ? {} : { listenerArn: arn };
    const beside = usEast1 === stack.aws;
    const certificate = new ZoneCertificate(
        "edge-certificate",
        { names, zoneId, ...(beside ? listener : {}) },
        { providers: [usEast1] },
    );
    if (!beside && arn !== undefined) {
        new IssuedCertificate(
            "balancer-certificate",
            { names, ...listener },
            { providers: [stack.aws], dependsOn: [certificate] },
        );
    }
    return certificate;
}

/** The latch, and who sets it. */
async function buildLatch(
    stack: StackContext<"dr">,
    standbyServes: boolean,
): Promise<{ latch: StopLatch; watcher: LatchWatcher }> {
    const { profile, region, settings } = stack;
    const primary = await stack.peer("primary");
    const { accountId } = await aws.getCallerIdentity({}, { provider: stack.aws });
    const regions = { region: region.name, primaryRegion: profile.regions.primary.name };
    const bucketName = stopLatchBucket(profile, region, accountId);
    const opts = { providers: [stack.aws] };

    const latch = new StopLatch(
        "latch",
        { ...regions, bucketName, accountPublicAccess: await lookUpAccountPublicAccess({ provider: stack.aws }) },
        opts,
    );
    const watcher = new LatchWatcher(
        "latch-watcher",
        {
            ...regions,
            functionName: physicalName("Lambda function", [profile.name, "latch-watcher"]),
            pairName: dnsNamesOf(profile).pair,
            nameServers: primary.require("zoneNameServers"),
            bucketName,
            bucketArn: latch.bucketArn,
            onStandby: standbyServes ? "latch" : "page",
            subscribers: settings.alerts.subscribers,
        },
        opts,
    );
    return { latch, watcher };
}

/** The standby until there is one. It stays afterwards: raising a phase deletes nothing, and at rest it costs nothing. */
async function buildMaintenance(stack: StackContext<"dr">): Promise<MaintenanceEdge> {
    const primary = await stack.peer("primary");
    return new MaintenanceEdge(
        "maintenance",
        {
            edgeName: physicalName("CloudFront function", [stack.profile.name, "maintenance"]),
            hosts: edgeHosts(stack),
            certificateArn: primary.require("edgeCertificateArn"),
            originHost: stack.profile.zone,
        },
        { providers: [stack.aws] },
    );
}

/** The standby's half of the pair, wherever it leads: the same resources under the same names, so that the record turns in place. */
async function buildSecondaryRecord(stack: StackContext<"dr">, target: FailoverTarget): Promise<FailoverDns> {
    const primary = await stack.peer("primary");
    return new FailoverDns(
        "failover",
        {
            role: "dr",
            zoneName: stack.profile.zone,
            zoneId: primary.require("zoneId"),
            recordName: dnsNamesOf(stack.profile).pair,
            target,
            contracts: stack.profile.contracts,
        },
        { providers: [stack.aws] },
    );
}

/** Every name that clients ask the edge with. */
function edgeHosts({ profile }: StackContext): string[] {
    return [dnsNamesOf(profile).pair, profile.apiHost];
}
