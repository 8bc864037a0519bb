import { readFileSync } from "node:fs";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import { afterAll, describe } from "vitest";
import type { PolicyConfiguration } from "../../components/model/policyConfig";
import type { Role } from "../../components/model/profile";
import { requiredTags } from "../../components/model/requiredTags";
import type { ProgramOptions } from "../../engine/driver/programRunner";
import { kgents } from "../../infra/kgents";
import { policyConfigOf } from "../../infra/policyConfig";
import { expectOnRecord } from "../../rehearsal/goldens/golden";
import { policiesFor } from "../all";
import { heard } from "../shared/engineRequests";
import { analyze } from "./analyzer";
import { registrationsOf } from "./registrations";

/** The project of the shipped program, whose stacks its pack judges. */
export const shippedProject = /^name: (.+)$/m.exec(
    readFileSync(path.join(__dirname, "../../Pulumi.yaml"), "utf8"),
)![1]!;

/** What a policy made of a program. */
export interface Judgement {
    /** Exit status of the CLI. */
    readonly exitCode: number;
    /** What the policy said, by the resource's name, sorted; a rule over the whole stack has the stack's name. */
    readonly messages: readonly string[];
    /** Names of all policies that were violated: a program that breaks one thing should break one policy. */
    readonly policies: readonly string[];
    /** Policies that could not look. */
    readonly unlooked: readonly string[];
    /** Inputs of the resource of that name as they would be, or after an update are, deployed. */
    deployed(name: string): Readonly<Record<string, any>>;
}

/** A program and the configuration of the pack that judges it. */
export interface JudgedProgram extends ProgramOptions {
    /** @default that of the shipped pack */
    readonly policyConfig?: PolicyConfiguration;
    /** Project of the stack. @default the shipped program's */
    readonly project?: string;
}

/**
 * Describes a policy by small programs that register their resources in this process; the whole pack judges them, by the SDK's own
 * functions. What an engine adds (inputs that a provider completes, remediation, what is known after an update) takes `describeOnEngine`.
 */
export function describePolicy(
    policy: string,
    body: (judge: (options: JudgedProgram) => Promise<Judgement>) => void,
): void {
    describe(`policy ${policy}`, () => {
        const said = new Set<string>();
        keepOnRecord(policy, said);
        body(async ({ program, stack = "dr", operation = "preview", ...options }) => {
            const ran = await registrationsOf(program, {
                project: options.project ?? shippedProject,
                stack,
                preview: operation === "preview",
            });
            const configuration = options.policyConfig ?? policyConfigOf(kgents, { project: shippedProject });
            heard.configuration = configuration;
            const { findings, inputs } = await analyze(policiesFor(), ran, configuration);
            const [unlooked, found] = [findings.filter(couldNotLook), findings.filter((one) => !couldNotLook(one))];
            for (const { policy: other, message } of found) if (other === policy) said.add(message);
            return {
                exitCode: found.some(({ level }) => level === "mandatory") ? 1 : 0,
                messages: found
                    .filter((one) => one.policy === policy)
                    .map(({ message }) => message)
                    .sort(),
                policies: [...new Set(found.map((one) => one.policy))].sort(),
                unlooked: unlooked.map((one) => one.policy),
                deployed: (name) => inputs.get(name) ?? {},
            };
        });
    });
}

function couldNotLook({ message }: { readonly message: string }): boolean {
    return /^can't run policy .* during preview/.test(message);
}

/** A message that once was is said again by the tests of its policy, or has a rename. */
function keepOnRecord(policy: string, said: ReadonlySet<string>): void {
    // Vitest reads the first argument's text, and takes no name in its place.
    // eslint-disable-next-line no-empty-pattern
    afterAll(({}, suite) => {
        // A run of some of its tests says nothing of the others.
        if (suite.tasks.every(({ mode }) => mode !== "skip")) expectOnRecord(`policies/${policy}`, [...said]);
    });
}

/** A provider as the stacks make it, so that a program breaks nothing but the policy under test. */
export function awsProvider(
    role: Role = "dr",
    region: string = kgents.regions[role].name,
    tags = requiredTags(kgents, role),
): aws.Provider {
    return new aws.Provider(`aws-${region}`, { region: region as aws.Region, defaultTags: { tags } });
}

/** A cluster's provider that reaches nothing. */
export function kubernetesProvider(): kubernetes.Provider {
    return new kubernetes.Provider("cluster", { kubeconfig: "{}", clusterIdentifier: "a-cluster" });
}
