import type { PolicyResource } from "@pulumi/policy";
import { stackPolicy } from "./shared/define";
import { checkOf, checksBehind, failoverRole, isFailoverRecord } from "./shared/failover";
import { projectOf } from "./shared/stacks";
import { known } from "./shared/support";

/**
 * Half a pair fails over to nowhere, or back by accident. One stack shows one half, so each half is held against the name that both share.
 */
export const failoverPairComplete = stackPolicy(
    "failover-pair-complete",
    "The PRIMARY follows its deep check and the STOP latch, the SECONDARY follows nothing, and both have the pair's name.",
    ({ resources }, { project, pairs, latch, marker }, report) => {
        const records = resources.filter(({ type, props }) => isFailoverRecord(type, props));
        for (const record of records) {
            const isOurs = pairs !== undefined && projectOf(record.urn) === project;
            const isPrimary = failoverRole(record.props) === "PRIMARY";
            const issues = !isOurs
                ? unconditionalIssues(record)
                : [
                      ...nameIssues(record, pairs),
                      ...(isPrimary ? primaryIssues(record, latch !== false) : secondaryIssues(record)),
                      ...(marker === false ? [] : markerIssues(record, records)),
                  ];
            for (const issue of issues) report(`failover record "${record.name}" ${issue}.`, record.urn);
        }
    },
);

/** What is wrong with anybody's PRIMARY, whatever names and latches they have: nothing ever takes it out of DNS. */
function unconditionalIssues({ props, propertyDependencies }: PolicyResource): string[] {
    if (failoverRole(props) !== "PRIMARY") return [];
    const followed =
        (propertyDependencies["healthCheckId"] ?? []).length > 0 ||
        isSet(props) ||
        (props.aliases ?? []).some((alias: Record<string, any>) => alias.evaluateTargetHealth === true);
    return followed ? [] : ["is the PRIMARY and follows no health check, so it never fails over: set healthCheckId"];
}

function nameIssues(record: PolicyResource, pairs: readonly string[]): string[] {
    if (pairs.some((pair) => isNamed(record, pair))) return [];
    const { name } = record.props;
    return [
        pairs.length === 1
            ? `is named ${name}; both halves of the pair are ${pairs[0]}, or each stack has half a pair of its own`
            : `is named ${name}; the pairs are ${pairs.join(", ")}, or each stack has half a pair of its own`,
    ];
}

/** A record may be named within its zone ("api"), and as DNS spells it ("api.example.com."). */
function isNamed({ props, propertyDependencies }: PolicyResource, pair: string): boolean {
    const canonical = (text: string) => text.toLowerCase().replace(/\.$/, "");
    const name = canonical(String(props.name));
    const zone = (propertyDependencies["zoneId"] ?? []).find(({ type }) => type === "aws:route53/zone:Zone")?.props
        .name;
    const full = known(() => props.fqdn as unknown)?.value;
    const names = [name, ...(zone ? [`${name}.${canonical(zone)}`] : []), ...(full ? [canonical(String(full))] : [])];
    return names.includes(canonical(pair));
}

function primaryIssues(record: PolicyResource, latchNeeded: boolean): string[] {
    const check = checkOf(record);
    if (check === undefined)
        return ["is the PRIMARY and has no health check of this stack, so it never fails over: set healthCheckId"];
    const behind = checksBehind(record);
    const latched = behind.some(({ props }) => props.invertHealthcheck === true);
    const deep = behind.some(({ props }) => props.invertHealthcheck !== true);
    if (!latched && latchNeeded)
        return [
            "follows no STOP latch, so a failed primary takes its traffic back unasked: let a calculated check count the inverted latch check too",
        ];
    if (!deep)
        return [
            "follows the latch alone, so it never fails over by itself: let the calculated check count a deep check too",
        ];
    if (check.props.type !== "CALCULATED") return [];
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
