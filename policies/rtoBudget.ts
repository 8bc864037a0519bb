import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { detectionBound } from "../components/failover/failoverDnsRules";
import { contracts, standbyStartUp } from "../infra/contracts";
import { answerTtl, checksBehind, failoverRole, isEndpointCheck, isFailoverRecord, timingOf } from "./failover";

const { limit, id } = contracts.apiRto;

/** Each part can keep its own limit and the sum still break the promise: this looks at the sum. */
export const failoverRtoBudget: StackValidationPolicy = {
    name: "rto-budget",
    description: "Detection, TTL and the standby's start-up together stay within the API's recovery time.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, reportViolation) => {
        for (const record of resources.filter(
            ({ type, props }) => isFailoverRecord(type, props) && failoverRole(props) === "PRIMARY",
        )) {
            const detection = slowestDetection(record);
            const ttl = answerTtl(record.props);
            const sum = detection + ttl + standbyStartUp;
            if (sum <= limit) continue;
            reportViolation(
                `failover record "${record.name}" brings clients back after ${sum} s (detection ${detection} s + TTL ${ttl} s + start-up ${standbyStartUp} s); ` +
                    `allowed are ${limit} s (contract ${id}): shorten the TTL, the check's interval or its threshold.`,
                record.urn,
            );
        }
    },
};

/** Of the checks that can take the primary out: an inverted one is the latch, which nobody waits for in an outage. */
function slowestDetection(record: PolicyResource): number {
    const deep = checksBehind(record).filter(
        ({ type, props }) => isEndpointCheck(type, props) && props.invertHealthcheck !== true,
    );
    return Math.max(0, ...deep.map(({ props }) => detectionBound(timingOf(props))));
}
