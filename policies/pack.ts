import { PolicyPack, type PolicyPackConfig } from "@pulumi/policy";
import type { PolicyConfiguration } from "../components/model/policyConfig";
import { production } from "../components/model/stackName";
import { policiesFor } from "./all";
import { heard, hearEngine } from "./shared/engineRequests";
import { identityOf, liveNameIn } from "./shared/stacks";

/** The system that a pack is made for. */
export interface PackSystem {
    /** Name of the Pulumi project. */
    readonly project: string;
    /**
     * What the policies are told where `--policy-pack-config` says nothing else, for the stacks of an environment.
     *
     * @param liveName setting `dns.liveName` of the stack. @default the environment's own
     */
    configurationOf(environment: string, liveName?: string): PolicyConfiguration;
}

/**
 * Serves the policies as a pack. The engine says which stack it runs before it asks for the initial configuration, which is therefore
 * that of the stack's own environment. A configuration file is merged over it, key by key.
 */
export function servePack(name: string, system?: PackSystem): void {
    const initial: Record<string, PolicyPackConfig[string]> = {};
    let shipped: PolicyConfiguration = {};
    const policies = policiesFor(() => (isOf(system?.project) ? shipped : {}));
    const startWith = (configuration: PolicyConfiguration) => {
        shipped = configuration;
        for (const { name: policy, enforcementLevel } of policies) {
            const config = configuration[policy as keyof PolicyConfiguration];
            // With the level: an initial configuration without one makes its policy advisory.
            if (config !== undefined) initial[policy] = { ...config, enforcementLevel } as PolicyPackConfig[string];
        }
    };
    if (system !== undefined) {
        startWith(system.configurationOf(production));
        hearEngine(({ project, stack, settings }) => {
            const identity = identityOf({ project: system.project }, project, stack);
            if (identity) startWith(system.configurationOf(identity.environment, liveNameIn(settings, project)));
        });
    } else hearEngine();
    new PolicyPack(name, { policies, enforcementLevel: "mandatory" }, initial);
}

/** Whether what is configured is the project that the pack is made for: another's limits are held against no contract of its. */
function isOf(project: string | undefined): boolean {
    return heard.configuration?.["own-region"]?.project === project;
}
