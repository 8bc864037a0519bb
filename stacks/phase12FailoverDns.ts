import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { FailoverDns } from "../components/failover/failoverDns";
import { ZoneCertificate } from "../components/failover/failoverDnsCertificate";
import { HealthRoute } from "../components/failover/failoverDnsHealthRoute";
import { LiveName } from "../components/failover/failoverDnsLiveName";
import { FailoverPages } from "../components/failover/failoverDnsPaging";
import { LatchWatcher } from "../components/failover/latchWatcher";
import { MaintenanceEdge } from "../components/failover/maintenanceEdge";
import { lookUpAccountPublicAccess, StopLatch } from "../components/failover/stopLatch";
import { dnsNamesOf, stopLatchBucket } from "../infra/dnsNames";
import type { Parts } from "../infra/parts";
import type { PhaseBuilder, StackContext } from "../infra/stack";
import { liveRecord, primaryTarget } from "./parts/failoverTarget";
import { warnIfNobodyIsPaged } from "./parts/paging";
import { buildSecondaryRecord } from "./parts/secondaryRecord";
import { standbyServes } from "./standby/standbyOrder";

/**
 * Phase 12, failover DNS (seed 000). The primary goes first: it has the zone, the edge's certificate (CloudFront takes one from us-east-1
 * only), the checks and the PRIMARY record. The standby follows with the latch, its watcher and the SECONDARY record. The latch's
 * check asks a host whose name is computed, so the primary needs nothing of the standby.
 *
 * Until phase 13's last update the SECONDARY answers 503 from the edge, and the watcher only pages: nobody is to be pinned to a maintenance page.
 */
export const failoverDns: PhaseBuilder = {
    phase: 12,

    async primary(stack, parts) {
        await warnIfNobodyIsPaged(stack);
        const zone = await findZone(stack);
        const target = primaryTarget(stack.settings.dns);
        buildHealthRoute(stack, parts);
        const pair = await buildPrimaryHalf(stack, zone.zoneId, target);
        await buildLiveName(stack, zone, pair);
        const certificate = buildCertificate(stack, zone);
        return {
            outputs: { zoneId: zone.zoneId, zoneNameServers: zone.nameServers, edgeCertificateArn: certificate.arn },
        };
    },

    async dr(stack) {
        const { latch, watcher } = await buildLatch(stack);
        const edge = await buildMaintenance(stack);
        // From then on phase 13 builds this half, with the standby's load balancer in the edge's place.
        if (!(await standbyServes(stack)))
            await buildSecondaryRecord(stack, { kind: "alias", name: edge.domainName, zoneId: edge.zoneId });
        return { outputs: { latchBucket: latch.bucketName, latchUrl: latch.url, pagingTopicArn: watcher.topicArn } };
    },
};

interface FoundZone {
    readonly zoneId: aws.route53.Zone["zoneId"];
    readonly nameServers: aws.route53.Zone["nameServers"];
    /** The id as a plain value; undefined for a zone that this update makes. */
    readonly knownId: string | undefined;
}

/** Looked up; made only where a setting says so, because a second zone of the same name would be served by nobody. */
async function findZone({ profile, settings, aws: provider }: StackContext): Promise<FoundZone> {
    if (settings.dns.createZone) {
        const { zoneId, nameServers } = new aws.route53.Zone(
            "zone",
            { name: profile.zone, comment: "kgents" },
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
            `phase 12 needs the public hosted zone ${profile.zone}, and looking it up failed: ${String(error)}\n` +
                "  to do: use the account that has the zone, or for a greenfield pulumi config set --stack primary --path kgents-dr:dns.createZone true",
        );
    }
}

function buildHealthRoute({ profile, settings }: StackContext, { cluster, namespaces }: Parts): void {
    const { healthService } = settings.dns;
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
): Promise<FailoverDns> {
    const { profile, region, settings } = stack;
    const { accountId } = await aws.getCallerIdentity({}, { provider: stack.aws });
    const { pair, primaryHost } = dnsNamesOf(profile);
    const standby = profile.regions.dr;
    const { checkInterval, failureThreshold, loadBalancer, pages } = settings.dns;
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
                interval: checkInterval,
                threshold: failureThreshold,
            },
            latch: { bucketName: stopLatchBucket(profile, standby, accountId), region: standby.name },
        },
        { providers: [stack.aws] },
    );
    new FailoverPages(
        "failover-pages",
        {
            topicName: `${profile.name}-failover`,
            calculatedCheckId: made.calculatedCheckId!,
            ...(loadBalancer?.arnSuffix === undefined ? {} : { loadBalancer: loadBalancer.arnSuffix }),
            subscribers: pages,
        },
        { providers: [stack.aws] },
    );
    return made;
}

async function buildLiveName(
    { profile, settings, aws: provider }: StackContext,
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
        },
        // Route 53 refuses an alias of a name that does not exist.
        { providers: [provider], dependsOn: [pair] },
    );
}

/** One certificate in us-east-1 for all names: the edge serves two of them, the primary's load balancer all three. */
function buildCertificate(stack: StackContext, { zoneId }: FoundZone): ZoneCertificate {
    const listenerArn = stack.settings.dns.loadBalancer?.listenerArn;
    return new ZoneCertificate(
        "edge-certificate",
        {
            names: [...edgeHosts(stack), dnsNamesOf(stack.profile).primaryHost],
            zoneId,
            ...(listenerArn === undefined ? {} : { listenerArn }),
        },
        { providers: [stack.aws] },
    );
}

/** The latch, and who sets it. */
async function buildLatch(stack: StackContext<"dr">): Promise<{ latch: StopLatch; watcher: LatchWatcher }> {
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
            functionName: `${profile.name}-latch-watcher`,
            pairName: dnsNamesOf(profile).pair,
            nameServers: primary.require("zoneNameServers"),
            bucketName,
            bucketArn: latch.bucketArn,
            onStandby: (await standbyServes(stack)) ? "latch" : "page",
            subscribers: settings.dns.pages,
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
            edgeName: `${stack.profile.name}-maintenance`,
            hosts: edgeHosts(stack),
            certificateArn: primary.require("edgeCertificateArn"),
            originHost: stack.profile.zone,
        },
        { providers: [stack.aws] },
    );
}

/** Every name that clients ask the edge with. */
function edgeHosts({ profile }: StackContext): string[] {
    return [dnsNamesOf(profile).pair, profile.apiHost];
}
