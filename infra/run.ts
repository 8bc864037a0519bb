import type { Input } from "@pulumi/pulumi";
import type { Role } from "../components/model/profile";
import type { Parts } from "./parts";
import { deliveredPhases, phaseOf, phasesUpTo, type PhaseDefinition } from "./roadmap";
import type { Openings, PhaseBuilder, PhaseResult, StackContext } from "./stack";

/**
 * Builds all phases of a stack up to its own, in order, and returns the stack's outputs. What the phases ask for beforehand is
 * asked first, so that a refusal leaves everything as it was; then `begin` is called.
 * Each phase sees the parts of those before it and may not take one over that exists; what those left open for it, it fills.
 */
export async function runPhases(
    given: StackContext,
    begin: () => void = () => undefined,
): Promise<Record<string, Input<unknown>>> {
    let parts: Parts = {};
    let openings: Openings = {};
    let outputs: Record<string, Input<unknown>> = {
        phase: given.phase,
        role: given.role,
        environment: given.environment,
        peers: given.peers,
        region: given.region.name,
        vpcCidr: given.region.vpcCidr,
    };
    const steps: { readonly definition: PhaseDefinition; readonly builder: PhaseBuilder }[] = [];
    if (phaseOf(given.roadmap, given.phase).load === undefined)
        throw new Error(`phase ${given.phase} is delivered but stacks/ has no builder for it`);
    for (const definition of phasesUpTo(deliveredPhases(given.roadmap), given.phase)) {
        const builder = await definition.load();
        openings = merged(definition, "opening", openings, builder.fills ?? {});
        steps.push({ definition, builder });
    }
    const stack: StackContext = { ...given, openings };
    for (const { builder } of steps) await builder.before?.(stack);
    begin();
    for (const { definition, builder } of steps) {
        // Each role's builder takes the context of its own role, which this one is.
        const build = builder[stack.role] as
            ((stack: StackContext, parts: Parts) => PhaseResult<Role> | Promise<PhaseResult<Role>>) | undefined;
        const result = (await build?.(stack, parts)) ?? {};
        refuseUnnamed(definition, stack.role, result.outputs ?? {});
        parts = merged(definition, "part", parts, result.parts ?? {});
        outputs = merged(definition, "output", outputs, result.outputs ?? {});
    }
    return outputs;
}

function merged<T extends object>({ id }: PhaseDefinition, what: string, former: T, added: object): T {
    const taken = Object.keys(added).filter((key) => key in former);
    if (taken.length > 0)
        throw new Error(
            `phase ${id} may add to what earlier phases made, not take it over: ${what} ${taken.join(", ")} exists`,
        );
    return { ...former, ...added };
}

/** An output that no definition names could not be told to whoever misses it. */
function refuseUnnamed({ id, outputs }: PhaseDefinition, role: Role, exported: object): void {
    const named: readonly string[] = outputs?.[role] ?? [];
    const unnamed = Object.keys(exported).filter((output) => !named.includes(output));
    if (unnamed.length > 0)
        throw new Error(
            `phase ${id} exports ${unnamed.join(", ")} of stack ${role}, which its definition does not name`,
        );
}
