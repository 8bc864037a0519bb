import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import { afterAll, beforeAll } from "vitest";
import { kgents, type Role } from "../../infra/profile";
import { requiredTags } from "../../infra/requiredTags";
import { startDoubles, type Doubles } from "../../rehearsal/doubles/doubles";
import { ProgramRunner, type ProgramOptions } from "../../rehearsal/engine/programRunner";
import { describeWithTools } from "../../rehearsal/toolchain/testTools";

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
    /** Inputs of the deployed resource of that name, after an update. */
    deployed(name: string): Readonly<Record<string, any>>;
}

/**
 * Describes a policy by small programs that run through the real engine with the whole pack on.
 * Engine and doubles live as long as the test file.
 */
export function describePolicy(
    policy: string,
    body: (judge: (options: ProgramOptions) => Promise<Judgement>) => void,
): void {
    describeWithTools(`policy ${policy}, through the engine`, ["pulumi"], (tools) => {
        let doubles: Doubles;
        let runner: ProgramRunner;
        beforeAll(async () => {
            doubles = await startDoubles();
            runner = await ProgramRunner.start({ tools, doubles });
        });
        afterAll(async () => {
            await runner?.stop();
            await doubles?.stop();
        });
        body(async (options) => {
            const result = await runner.run(options);
            if (!result.succeeded && result.violations.length === 0)
                throw new Error(`no policy stopped the program, but: ${result.message}`);
            return {
                exitCode: result.exitCode,
                messages: result.violations
                    .filter((violation) => violation.policy === policy)
                    .map(({ message }) => message)
                    .sort(),
                policies: [...new Set(result.violations.map((violation) => violation.policy))].sort(),
                unlooked: result.unlooked.map((violation) => violation.policy),
                deployed: (name) =>
                    result.deployment?.resources.find((resource) => resource.name === name)?.inputs ?? {},
            };
        });
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
