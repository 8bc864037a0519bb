import { aliasTtl, checkerTimeout, type Contracts } from "../model/contract";
import type { Seconds } from "../model/duration";

/** Seconds between a checker's last answer and its next request; Route 53 knows these two. */
export const checkIntervals = [10, 30] as const;
export type CheckInterval = (typeof checkIntervals)[number];

/** Regions that Route 53 can check from (AWS documentation). */
const checkerRegions = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
] as const;

export const checkDefaults = { path: "/health", port: 443, interval: 10, threshold: 3 } as const;

/** Hosted zone id of every CloudFront distribution, for alias records (AWS documentation). */
export const cloudFrontZoneId = "Z2FDTNDATAQYW2";

/** The contracts that bound a failover record and its check. */
export type FailoverContracts = Pick<Contracts, "recordTtl" | "failoverTrigger">;

/** What the rules look at: plain values, known before the engine sees a resource. */
export interface FailoverDnsFacts {
    readonly zoneName: string;
    readonly recordName: string;
    /** `ttl` is here for aliases too: someone who sets it believes something that is not so. */
    readonly target: {
        readonly kind: "alias" | "addresses";
        readonly ttl?: Seconds;
        readonly evaluateTargetHealth?: boolean;
        readonly zoneId?: unknown;
    };
    readonly check?: {
        readonly host: string;
        readonly path?: string;
        readonly port?: number;
        readonly interval?: number;
        readonly threshold?: number;
        readonly checkerRegions?: readonly string[];
    };
    readonly latch?: { readonly region: string };
    readonly primaryRegion?: string;
    /** What the record's TTL and the check's timing have to keep. */
    readonly contracts: FailoverContracts;
}

/** The longest that detection can take: every try waits for the interval and then for an answer that does not come. */
export function detectionBound({
    interval,
    threshold,
}: {
    readonly interval: number;
    readonly threshold: number;
}): Seconds {
    return threshold * (interval + checkerTimeout);
}

/** Everything that is wrong with a failover record, its check and its latch; each entry names key, value and what is allowed. */
export function validateFailoverDns(facts: FailoverDnsFacts): string[] {
    return [...nameIssues(facts), ...targetIssues(facts), ...checkIssues(facts), ...latchIssues(facts)];
}

function nameIssues({ zoneName, recordName }: FailoverDnsFacts): string[] {
    if (recordName.endsWith(`.${zoneName}`)) return [];
    return [`recordName is "${recordName}"; it has to lie inside the zone, such as "failover.api.${zoneName}"`];
}

function targetIssues({ target, contracts }: FailoverDnsFacts): string[] {
    const { id, limit } = contracts.recordTtl;
    if (target.kind === "alias") {
        return [
            ...(target.ttl === undefined
                ? []
                : [
                      `target.ttl is ${target.ttl}; an alias has no TTL of its own (a load balancer's is ${aliasTtl} s, fixed): leave it out`,
                  ]),
            ...(aliasTtl <= limit
                ? []
                : [
                      `target.kind is "alias"; an alias to a load balancer or a distribution is kept for ${aliasTtl} s, and contract ${id} ` +
                          `allows ${limit} s: use addresses, whose TTL can be set`,
                  ]),
            ...(target.evaluateTargetHealth && target.zoneId === cloudFrontZoneId
                ? ["target.evaluateTargetHealth is true; CloudFront reports no health: leave it out"]
                : []),
        ];
    }
    const ttl = target.ttl ?? limit;
    if (Number.isInteger(ttl) && ttl >= 1 && ttl <= limit) return [];
    return [`target.ttl is ${ttl}; allowed is a whole number from 1 to ${limit} s (contract ${id})`];
}

function checkIssues({ check, recordName, zoneName, contracts }: FailoverDnsFacts): string[] {
    if (check === undefined) return [];
    const { path, port, interval, threshold } = { ...checkDefaults, ...check };
    const timing = [
        ...((checkIntervals as readonly number[]).includes(interval)
            ? []
            : [`check.interval is ${interval}; Route 53 allows ${checkIntervals.join(" or ")} s`]),
        ...(Number.isInteger(threshold) && threshold >= 1 && threshold <= 10
            ? []
            : [`check.threshold is ${threshold}; Route 53 allows a whole number from 1 to 10`]),
    ];
    return [
        ...hostIssues(check.host, recordName, zoneName),
        ...(path.startsWith("/") ? [] : [`check.path is "${path}"; it has to begin with "/"`]),
        ...(Number.isInteger(port) && port >= 1 && port <= 65_535
            ? []
            : [`check.port is ${port}; allowed is a whole number from 1 to 65535`]),
        ...(timing.length > 0 ? timing : detectionIssues(interval, threshold, contracts)),
        ...checkerRegionIssues(check.checkerRegions),
    ];
}

function hostIssues(host: string | undefined, recordName: string, zoneName: string): string[] {
    if (host === undefined || host === "")
        return [
            `check.host is missing; a check needs the host that only the primary answers to, such as "primary.api.${zoneName}"`,
        ];
    if (host !== recordName) return [];
    return [
        `check.host is "${host}", the failover name itself: the check would follow the answer that it decides; use a name that only the primary answers to`,
    ];
}

function detectionIssues(interval: number, threshold: number, contracts: FailoverContracts): string[] {
    const bound = detectionBound({ interval, threshold });
    const { limit, id } = contracts.failoverTrigger;
    if (bound <= limit) return [];
    const arithmetic = `${threshold} × (${interval} s + ${checkerTimeout} s)`;
    return [
        `check.threshold × (check.interval + ${checkerTimeout} s) is ${bound} s (${arithmetic}); allowed are ${limit} s (contract ${id}): use 10 s × 3`,
    ];
}

function checkerRegionIssues(regions: readonly string[] | undefined): string[] {
    if (regions === undefined) return [];
    const unknown = regions.filter((region) => !(checkerRegions as readonly string[]).includes(region));
    return [
        ...(regions.length >= 3
            ? []
            : [
                  `check.checkerRegions has ${regions.length}; Route 53 wants 3 or more, or leave it out for all ${checkerRegions.length}`,
              ]),
        ...unknown.map(
            (region) => `check.checkerRegions has "${region}"; Route 53 checks from ${checkerRegions.join(", ")}`,
        ),
    ];
}

function latchIssues({ latch, primaryRegion }: FailoverDnsFacts): string[] {
    if (latch === undefined || latch.region !== primaryRegion) return [];
    return [
        `latch.region is "${latch.region}", the primary region: the latch has to be writable while that region is gone; use the standby's region`,
    ];
}
