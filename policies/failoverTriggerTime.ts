import type { ResourceValidationPolicy } from "@pulumi/policy";
import { detectionBound } from "../components/failover/failoverDnsRules";
import { checkerPatience, contracts } from "../infra/contracts";
import { isEndpointCheck, timingOf } from "./failover";

const { limit, id } = contracts.failoverTrigger;

/** A checker's interval begins after its last answer, and a silent region makes it wait for that: 30 s × 3 is not 90 s. */
export const failoverTriggerTime: ResourceValidationPolicy = {
    name: "failover-trigger-time",
    description: "A health check notices the loss of its endpoint in time, a silent one included.",
    enforcementLevel: "mandatory",
    validateResource: ({ type, name, props }, reportViolation) => {
        if (!isEndpointCheck(type, props)) return;
        const { interval, threshold } = timingOf(props);
        const bound = detectionBound({ interval, threshold });
        if (bound <= limit) return;
        reportViolation(
            `health check "${name}" can take ${bound} s to notice (${threshold} × (${interval} s + ${checkerPatience} s)); ` +
                `allowed are ${limit} s (contract ${id}): use requestInterval 10 with failureThreshold 3.`,
        );
    },
};
