import { resourcePolicy } from "./shared/define";
import { checkType } from "./shared/failover";

/** Whoever disables a check to force a failover gets the opposite. */
export const noDisabledChecks = resourcePolicy(
    "no-disabled-checks",
    "No health check is disabled: Route 53 takes a disabled check for healthy, and bills it.",
    ({ type, name, props }, _config, reportViolation) => {
        if (type !== checkType || props.disabled !== true) return;
        reportViolation(
            `health check "${name}" is disabled, which means healthy for ever: remove disabled; to hold a primary out, set the STOP latch.`,
        );
    },
);
