import type { ResourceValidationPolicy } from "@pulumi/policy";
import type { PolicyConfiguration } from "../components/model/policyConfig";
import { configurationPolicies, policyConfigIssues } from "../components/model/policyConfigIssues";
import { heard } from "./shared/engineRequests";

/**
 * A wrong configuration makes policies silent. The CLI holds each policy's part against its schema and knows neither policies that do not
 * exist nor contracts; this says all that is wrong at once, at the stack itself, which comes before anything else.
 *
 * @param contracted the limits that need no reason
 */
export function policyConfiguration(contracted: () => PolicyConfiguration): ResourceValidationPolicy {
    return {
        name: configurationPolicies.refuses,
        description:
            "The policies' own configuration names policies and keys that exist, and gives a reason for each limit looser than its contract.",
        enforcementLevel: "mandatory",
        validateResource: ({ type }, report) => {
            if (type !== "pulumi:pulumi:Stack" || heard.configuration === undefined) return;
            for (const issue of policyConfigIssues(heard.configuration, contracted())) report(`${issue}.`);
        },
    };
}
