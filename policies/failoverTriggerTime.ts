import type { PolicyResource } from "@pulumi/policy";
import { detectionBound } from "../components/failover/failoverDnsRules";
import { checkerTimeout, contractTerms } from "../components/model/contract";
import { stackPolicy } from "./shared/define";
import { checksBehind, isEndpointCheck, isFailoverRecord, recordType, timingOf } from "./shared/failover";
import { projectOf } from "./shared/stacks";

/** A checker's interval begins after its last answer, and a silent region makes it wait for that: 30 s × 3 is not 90 s. */
export const failoverTriggerTime = stackPolicy(
    "failover-trigger-time",
    "A health check notices the loss of its endpoint in time, a silent one included.",
    ({ resources }, { project, triggerTime }, report) => {
        const failover = checksOf(resources.filter(({ type, props }) => isFailoverRecord(type, props)));
        const others = checksOf(
            resources.filter(({ type, props }) => type === recordType && !isFailoverRecord(type, props)),
        );
        for (const check of resources.filter(({ type, props }) => isEndpointCheck(type, props))) {
            // Another project may check for a weighted record, or for an alarm; in the system's, a record may be another stack's.
            const concerns = projectOf(check.urn) === project ? !others.has(check.urn) : false;
            if (!failover.has(check.urn) && !concerns) continue;
            const { interval, threshold } = timingOf(check.props);
            const bound = detectionBound({ interval, threshold });
            if (bound <= triggerTime!) continue;
            report(
                `health check "${check.name}" can take ${bound} s to notice (${threshold} × (${interval} s + ${checkerTimeout} s)); ` +
                    `allowed are ${triggerTime} s (contract ${contractTerms.failoverTrigger.id}): use requestInterval 10 with failureThreshold 3.`,
                check.urn,
            );
        }
    },
);

function checksOf(records: readonly PolicyResource[]): ReadonlySet<string> {
    return new Set(records.flatMap(checksBehind).map(({ urn }) => urn));
}
