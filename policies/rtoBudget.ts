import type { PolicyResource } from "@pulumi/policy";
import { detectionBound } from "../components/failover/failoverDnsRules";
import { contractTerms } from "../components/model/contract";
import { stackPolicy } from "./shared/define";
import { answerTtl, checksBehind, failoverRole, isEndpointCheck, isFailoverRecord, timingOf } from "./shared/failover";

/** Each part can keep its own limit and the sum still break the promise: this looks at the sum. */
export const rtoBudget = stackPolicy(
    "rto-budget",
    "Detection, TTL and the standby's start-up together stay within the API's recovery time.",
    ({ resources }, { rto, standbyStartUp }, report) => {
        for (const record of resources.filter(
            ({ type, props }) => isFailoverRecord(type, props) && failoverRole(props) === "PRIMARY",
        )) {
            const detection = slowestDetection(record);
            const ttl = answerTtl(record, resources);
            const sum = detection + ttl + standbyStartUp!;
            if (sum <= rto!) continue;
            report(
                `failover record "${record.name}" brings clients back after ${sum} s (detection ${detection} s + TTL ${ttl} s + start-up ${standbyStartUp} s); ` +
                    `allowed are ${rto} s (contract ${contractTerms.apiRto.id}): shorten the TTL, the check's interval or its threshold.`,
                record.urn,
            );
        }
    },
);

/** Of the checks that can take the primary out: an inverted one is the latch, which nobody waits for in an outage. */
function slowestDetection(record: PolicyResource): number {
    const deep = checksBehind(record).filter(
        ({ type, props }) => isEndpointCheck(type, props) && props.invertHealthcheck !== true,
    );
    return Math.max(0, ...deep.map(({ props }) => detectionBound(timingOf(props))));
}
