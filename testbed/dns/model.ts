import type { Seconds } from "../../components/model/duration";

/** Regions that Route 53 checks from when a check names none (AWS documentation). */
export const defaultCheckerRegions = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
] as const;

/** AWS says "several" a region; two make the 16 that its examples count. */
export const checkersPerRegion = 2;

interface CheckBase {
    readonly id: string;
    /** Logical name of the deployed resource, for timelines and errors. */
    readonly name: string;
    readonly disabled: boolean;
    readonly inverted: boolean;
}

/** A check that asks an endpoint. */
export interface EndpointCheck extends CheckBase {
    readonly kind: "endpoint";
    readonly protocol: "HTTP" | "HTTPS" | "TCP";
    readonly host: string;
    readonly port: number;
    readonly path: string;
    /** Seconds from a checker's last answer to its next request. */
    readonly interval: 10 | 30;
    /** Answers in a row that turn a checker's opinion, in either direction. */
    readonly threshold: number;
    readonly regions: readonly string[];
    readonly searchString?: string;
}

/** A check that counts other checks. */
export interface CalculatedCheck extends CheckBase {
    readonly kind: "calculated";
    readonly children: readonly string[];
    readonly threshold: number;
}

/** A check that follows the data behind a CloudWatch alarm. */
export interface MetricCheck extends CheckBase {
    readonly kind: "metric";
    readonly alarm: string;
    readonly region: string;
    readonly insufficientData: "Healthy" | "Unhealthy" | "LastKnownStatus";
}

export type Check = EndpointCheck | CalculatedCheck | MetricCheck;

/** What the data behind an alarm says. */
export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface AliasTarget {
    /** Name of the target, without a trailing dot. */
    readonly name: string;
    readonly zoneId: string;
    readonly evaluateTargetHealth: boolean;
}

/** One deployed record set. */
export interface ZoneRecord {
    /** Fully qualified, lower case, without a trailing dot. */
    readonly name: string;
    readonly type: string;
    readonly setIdentifier?: string;
    readonly failover?: "PRIMARY" | "SECONDARY";
    readonly healthCheckId?: string;
    /** Either values with a TTL, or an alias, which has none of its own. */
    readonly content: { readonly values: readonly string[]; readonly ttl: Seconds } | { readonly alias: AliasTarget };
}

/** Records and checks of one zone, as deployed. */
export interface Zone {
    readonly id: string;
    readonly records: readonly ZoneRecord[];
    readonly checks: ReadonlyMap<string, Check>;
}

/** What came of one request of a checker. Times in seconds from the start of the request. */
export interface ProbeResult {
    /** When the connection stood; "refused" at once, "silent" if nothing ever answers. */
    readonly connect: Seconds | "refused" | "silent";
    /** From the connection to the status line; "silent" if none comes. */
    readonly respond?: Seconds | "silent";
    readonly status?: number;
    /** From the status line to the end of the body; 0 if absent. */
    readonly bodyAfter?: Seconds;
    readonly body?: string;
}
