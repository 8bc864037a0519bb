import type {
    EnforcementLevel,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
} from "@pulumi/policy";
import {
    policyDefaults,
    policyKeys,
    policyNames,
    specOf,
    type PolicyConfig,
    type PolicyName,
} from "../../components/model/policyConfig";

/** How a policy judges one resource, or a whole stack, under its configuration. */
type Judge<Args, Name extends PolicyName> = (args: Args, config: PolicyConfig<Name>, report: ReportViolation) => void;

/** A policy that looks at one resource at a time, before anything is made. */
export function resourcePolicy<const Name extends PolicyName>(
    name: Name,
    description: string,
    judge: Judge<ResourceValidationArgs, Name>,
    enforcementLevel: EnforcementLevel = "mandatory",
): ResourceValidationPolicy {
    return {
        name,
        description,
        enforcementLevel,
        configSchema: configSchemaOf(name),
        validateResource: (args, report) => {
            const config = configOf(name, args);
            judge(args, config, withReason(config, report));
        },
    };
}

/** A policy that looks at all resources of a stack together, at the end of a preview or an update. */
export function stackPolicy<const Name extends PolicyName>(
    name: Name,
    description: string,
    judge: Judge<StackValidationArgs, Name>,
): StackValidationPolicy {
    return {
        name,
        description,
        enforcementLevel: "mandatory",
        configSchema: configSchemaOf(name),
        validateStack: (args, report) => {
            const config = configOf(name, args);
            judge(args, config, withReason(config, report));
        },
    };
}

/** The keys of a policy as the CLI takes them; it holds a configuration file against them before anything runs. */
function configSchemaOf(name: PolicyName): PolicyConfigSchema {
    const properties = specOf(name).keys.map((key) => {
        const schema: Record<string, unknown> = { ...policyKeys[key] };
        // What JSON schema has no word for: the contract behind the key.
        delete schema.bound;
        delete schema.contract;
        return [key, schema] as const;
    });
    return { properties: Object.fromEntries(properties) as PolicyConfigSchema["properties"] };
}

/** What a policy is told. The CLI fills in the defaults; they are here for a policy that runs without it. */
export function configOf<Name extends PolicyName>(
    name: Name,
    args: { getConfig<T extends object>(): T },
): PolicyConfig<Name> {
    return { ...defaults[name], ...args.getConfig<PolicyConfig<Name>>() };
}

/** Put together once: a policy is asked once for each resource. */
const defaults = Object.fromEntries(policyNames.map((name) => [name, policyDefaults(name)])) as {
    readonly [Name in PolicyName]: PolicyConfig<Name>;
};

/** A report under a looser limit says why it is looser. */
function withReason({ reason }: { readonly reason?: string }, report: ReportViolation): ReportViolation {
    if (reason === undefined) return report;
    return (message, urn) => report(`${message} The limit is looser than its contract: ${reason}`, urn);
}
