import type { PolicyResource } from "@pulumi/policy";
import { aliasTtl } from "../../components/model/contract";
import { known } from "./support";

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

/** Whether a record is an alias to another record of its zone, whose TTL it has; one to anything else is kept for `aliasTtl`. */
export function isAliasInZone(props: Record<string, any>): boolean {
    const [alias] = props.aliases ?? [];
    if (alias === undefined) return false;
    const [own, target] = [known(() => props.zoneId as unknown), known(() => alias.zoneId as unknown)];
    // What is there already is not what a preview will make. Of two that it will make, nothing is known.
    if ((own === undefined) !== (target === undefined)) return false;
    return alias.zoneId === props.zoneId;
}

/** Seconds that resolvers keep a record's answer. */
export function answerTtl({ props }: PolicyResource, resources: readonly PolicyResource[]): number {
    const [alias] = props.aliases ?? [];
    if (alias === undefined) return Number(props.ttl);
    // Two records of a zone; an alias whose zone a preview does not know is taken for one to a load balancer, which most are.
    const inZone = known(() => isAliasInZone(props))?.value ?? false;
    const target = inZone
        ? resources.find(({ type, props: other }) => type === recordType && other.name === alias.name && other.ttl)
        : undefined;
    return target ? Number(target.props.ttl) : aliasTtl;
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
