import type { Input } from "@pulumi/pulumi";
import type { Parts } from "./parts";
import { phasesUpTo, type Phase } from "./phase";
import type { Role } from "./profile";
import type { PhaseBuilder, PhaseResult, StackContext } from "./stack";

/** Loads a phase's file: only the phases that a stack is at cost start-up time. */
export type PhaseLoaders = Readonly<Partial<Record<Phase, () => Promise<PhaseBuilder>>>>;

/**
 * Builds all phases of a stack up to its own, in order, and returns the stack's outputs. What the phases ask for beforehand is
 * asked first, so that a refusal leaves everything as it was.
 * Each phase sees the parts of those before it and may not take one over that exists.
 */
export async function runPhases(stack: StackContext, loaders: PhaseLoaders): Promise<Record<string, Input<unknown>>> {
    let parts: Parts = {};
    let outputs: Record<string, Input<unknown>> = {
        phase: stack.phase,
        role: stack.role,
        region: stack.region.name,
        vpcCidr: stack.region.vpcCidr,
    };
    const builders: PhaseBuilder[] = [];
    for (const phase of phasesUpTo(stack.phase)) {
        const builder = await loaders[phase]?.();
        if (!builder) throw new Error(`phase ${phase} is delivered but stacks/ has no builder for it`);
        builders.push(builder);
    }
    for (const builder of builders) await builder.before?.(stack);
    for (const builder of builders) {
        const { phase } = builder;
        // Each role's builder takes the context of its own role, which this one is.
        const build = builder[stack.role] as
            ((stack: StackContext, parts: Parts) => PhaseResult<Role> | Promise<PhaseResult<Role>>) | undefined;
        const result = (await build?.(stack, parts)) ?? {};
        parts = merged(`phase ${phase}`, "part", parts, result.parts ?? {});
        outputs = merged(`phase ${phase}`, "output", outputs, result.outputs ?? {});
    }
    return outputs;
}

function merged<T extends object>(who: string, what: string, former: T, added: object): T {
    const taken = Object.keys(added).filter((key) => key in former);
    if (taken.length > 0)
        throw new Error(
            `${who} may add to what earlier phases made, not take it over: ${what} ${taken.join(", ")} exists`,
        );
    return { ...former, ...added };
}
