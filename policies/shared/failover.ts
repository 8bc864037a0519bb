import type { PolicyResource } from "@pulumi/policy";

/** What the failover policies look at, by type token. */
export const recordType = "aws:route53/record:Record";
export const checkType = "aws:route53/healthCheck:HealthCheck";

/** Whether a record is one of the pair's. */
export function isFailoverRecord(type: string, props: Record<string, any>): boolean {
    return type === recordType && (props.failoverRoutingPolicies ?? []).length > 0;
}

export function failoverRole(props: Record<string, any>): "PRIMARY" | "SECONDARY" {
    return props.failoverRoutingPolicies[0].type;
}

/** A check that asks an endpoint, and not one that counts others or reads a metric. */
export function isEndpointCheck(type: string, props: Record<string, any>): boolean {
    return type === checkType && /^(HTTPS?|TCP)/.test(props.type ?? "");
}

/** Interval and threshold of an endpoint check, with Route 53's defaults. */
export function timingOf(props: Record<string, any>): { interval: number; threshold: number } {
    return { interval: props.requestInterval ?? 30, threshold: props.failureThreshold ?? 3 };
}

/** Seconds that resolvers keep a record's answer; an alias to a load balancer or a distribution has 60, fixed. */
export function answerTtl(props: Record<string, any>): number {
    return (props.aliases ?? []).length > 0 ? 60 : props.ttl;
}

/** The check that a record follows, by the program's own dependency: known in a preview too, when its id is not. */
export function checkOf(record: PolicyResource): PolicyResource | undefined {
    return (record.propertyDependencies["healthCheckId"] ?? []).find(({ type }) => type === checkType);
}

/** The checks behind a record: the children of a calculated one, or the one itself. */
export function checksBehind(record: PolicyResource): PolicyResource[] {
    const check = checkOf(record);
    if (check === undefined) return [];
    return check.props.type === "CALCULATED"
        ? (check.propertyDependencies["childHealthchecks"] ?? []).filter(({ type }) => type === checkType)
        : [check];
}
