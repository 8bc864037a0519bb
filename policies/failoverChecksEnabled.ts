import type { ResourceValidationPolicy } from "@pulumi/policy";
import { checkType } from "./failover";

/** Whoever disables a check to force a failover gets the opposite. */
export const failoverChecksEnabled: ResourceValidationPolicy = {
    name: "no-disabled-checks",
    description: "No health check is disabled: Route 53 takes a disabled check for healthy, and bills it.",
    enforcementLevel: "mandatory",
    validateResource: ({ type, name, props }, reportViolation) => {
        if (type !== checkType || props.disabled !== true) return;
        reportViolation(
            `health check "${name}" is disabled, which means healthy for ever: remove disabled; to hold a primary out, set the STOP latch.`,
        );
    },
};
