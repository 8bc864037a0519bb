import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { dnsNamesOf } from "../infra/dnsNames";
import { kgents } from "../infra/profile";
import { checkOf, checksBehind, failoverRole, isFailoverRecord } from "./failover";

const pairName = dnsNamesOf(kgents).pair;

/**
 * Half a pair fails over to nowhere, or back by accident. One stack shows one half, so each half is held against the name that both share.
 */
export const failoverPairComplete: StackValidationPolicy = {
    name: "failover-pair-complete",
    description:
        "The PRIMARY follows its deep check and the STOP latch, the SECONDARY follows nothing, and both have the pair's name.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, reportViolation) => {
        const records = resources.filter(({ type, props }) => isFailoverRecord(type, props));
        for (const record of records) {
            const issues = [
                ...nameIssues(record),
                ...(failoverRole(record.props) === "PRIMARY" ? primaryIssues(record) : secondaryIssues(record)),
                ...markerIssues(record, records),
            ];
            for (const issue of issues) reportViolation(`failover record "${record.name}" ${issue}.`, record.urn);
        }
    },
};

function nameIssues({ props }: PolicyResource): string[] {
    return props.name === pairName
        ? []
        : [`is named ${props.name}; both halves of the pair are ${pairName}, or each stack has half a pair of its own`];
}

function primaryIssues(record: PolicyResource): string[] {
    const check = checkOf(record);
    if (check === undefined)
        return ["is the PRIMARY and has no health check of this stack, so it never fails over: set healthCheckId"];
    const behind = checksBehind(record);
    const latched = behind.some(({ props }) => props.invertHealthcheck === true);
    const deep = behind.some(({ props }) => props.invertHealthcheck !== true);
    if (!latched)
        return [
            "follows no STOP latch, so a failed primary takes its traffic back unasked: let a calculated check count the inverted latch check too",
        ];
    if (!deep)
        return [
            "follows the latch alone, so it never fails over by itself: let the calculated check count a deep check too",
        ];
    const { childHealthThreshold: threshold } = check.props;
    return threshold === behind.length
        ? []
        : [
              `needs ${threshold} of ${behind.length} healthy checks, so one of them cannot take it out of DNS: set childHealthThreshold to ${behind.length}`,
          ];
}

function secondaryIssues({ props, propertyDependencies }: PolicyResource): string[] {
    const checked = (propertyDependencies["healthCheckId"] ?? []).length > 0 || isSet(props);
    return [
        ...(checked
            ? [
                  "is the SECONDARY and has a health check, so a stumble of the standby brings a latched primary back: leave healthCheckId out",
              ]
            : []),
        ...((props.aliases ?? []).some((alias: Record<string, any>) => alias.evaluateTargetHealth === true)
            ? [
                  "is the SECONDARY and evaluates its target's health, which is a check too: set evaluateTargetHealth: false",
              ]
            : []),
    ];
}

function isSet(props: Record<string, any>): boolean {
    return props.healthCheckId !== undefined && props.healthCheckId !== "";
}

/** The latch watcher reads the text, and people do. */
function markerIssues({ props }: PolicyResource, records: readonly PolicyResource[]): string[] {
    if (props.type === "TXT") return [];
    const beside = records.some(
        (other) =>
            other.props.type === "TXT" &&
            other.props.name === props.name &&
            failoverRole(other.props) === failoverRole(props),
    );
    return beside
        ? []
        : [
              "has no TXT record of the same name and role beside it, so the latch watcher cannot tell who is answered: add one",
          ];
}
