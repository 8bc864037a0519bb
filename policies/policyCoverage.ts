import type { ResourceValidationPolicy } from "@pulumi/policy";
import { policyNames, specOf, type PolicyConfiguration, type SystemConfig } from "../components/model/policyConfig";
import { configurationPolicies, limitText, looserLimits } from "../components/model/policyConfigIssues";
import { heard } from "./shared/engineRequests";
import { identityOf, projectOf, roleOf, stackOf } from "./shared/stacks";

/** Other providers of the same services, whose resources have other types and inputs. No policy reads them. */
const otherProviders: Readonly<Record<string, string>> = { "aws-native": "@pulumi/aws", awscc: "@pulumi/aws" };

/**
 * What a policy cannot look at looks like what it has nothing to say against. This says the difference, once a run: which policies did
 * not look and why, and which look under a limit looser than its contract.
 *
 * @param contracted the limits that need no reason
 */
export function policyCoverage(contracted: () => PolicyConfiguration): ResourceValidationPolicy {
    // A stack is registered before everything in it: a new one begins a new run.
    let told = new Set<string>();
    return {
        name: configurationPolicies.tells,
        description: "Says which policies did not look at a stack, and which have a limit looser than its contract.",
        enforcementLevel: "advisory",
        validateResource: ({ type, urn }, report) => {
            const provider = type.slice(0, type.indexOf(":"));
            const known = otherProviders[provider];
            if (known !== undefined && !told.has(provider)) {
                told.add(provider);
                report(
                    `Not looked at by any policy: resources of ${provider}. The policies read those of ${known}: ` +
                        "what this stack has of the other provider is neither allowed nor refused.",
                );
            }
            if (type !== "pulumi:pulumi:Stack") return;
            told = new Set();
            const configuration: PolicyConfiguration = heard.configuration ?? {};
            const lines = [...notLooked(configuration, urn), ...looser(configuration, contracted())];
            if (lines.length > 0) report(lines.join("\n"));
        },
    };
}

function notLooked(configuration: PolicyConfiguration, urn: string): string[] {
    const reasons = new Map<string, string[]>();
    for (const policy of policyNames) {
        const reason = reasonOf(policy, configuration, urn);
        if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), policy]);
    }
    return [...reasons].map(([reason, policies]) => `Not looked at: ${policies.join(", ")}. ${reason}`);
}

/** Why a policy cannot look at a stack; undefined if it can. */
function reasonOf(
    policy: (typeof policyNames)[number],
    configuration: PolicyConfiguration,
    urn: string,
): string | undefined {
    const { needs, keys } = specOf(policy);
    if (needs.length === 0) return undefined;
    const config: SystemConfig & Readonly<Record<string, unknown>> = configuration[policy] ?? {};
    const missing = needs.filter((key) => config[key] === undefined);
    if (missing.length > 0)
        return "The policies know no system: pass --policy-pack-config with a file such as `npm run dr -- policy-config` writes.";
    if (config.project !== projectOf(urn))
        return `The configuration is of project "${config.project}", and this is "${projectOf(urn)}".`;
    // What needs no role looks at every stack of the project.
    if (!keys.includes("stacks") || roleOf(config, urn) !== undefined) return undefined;
    const stack = stackOf(urn);
    const other = identityOf(config, projectOf(urn), stack);
    return other === undefined
        ? `Stack "${stack}" has no role: name it in \`stacks\`, or set \`role\` and \`environment\` in its settings.`
        : `Stack "${stack}" is of environment ${other.environment}, and the configuration of ${config.environment}.`;
}

function looser(configuration: PolicyConfiguration, contracted: PolicyConfiguration): string[] {
    return looserLimits(configuration, contracted).flatMap(({ policy, key, value, contract, reason }) =>
        reason === undefined
            ? []
            : [
                  `${policy} allows ${limitText(value)} (${key}), where the contract allows ${limitText(contract)}: ${reason}`,
              ],
    );
}
