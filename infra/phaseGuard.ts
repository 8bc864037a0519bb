import { RunError } from "@pulumi/pulumi";
import type { OutputsOf } from "./otherStack";
import { phaseTitles, type Phase } from "./phase";

/**
 * Why a stack may not go from one phase to another; undefined if it may. Lowering deletes what the higher phases made,
 * so it takes a setting of its own. `former` is the stack's own `phase` output, whatever it holds: absent on the first update.
 */
export function whyNotToPhase(
    stack: string,
    former: unknown,
    wanted: Phase,
    allowLowering: boolean,
): string | undefined {
    if (typeof former !== "number" || wanted >= former || allowLowering) return undefined;
    const title = phaseTitles[former as Phase];
    return [
        `stack ${stack} is at phase ${former}${title ? ` (${title})` : ""} and its configuration says ${wanted}: that would delete what the phases above ${wanted} made.`,
        `  allowed: phase ${former} or higher`,
        `  to do: pulumi config set --stack ${stack} phase ${former}; or, to delete on purpose, pulumi config set --stack ${stack} allowPhaseLowering true`,
    ].join("\n");
}

/**
 * Refuses to lower the phase, in preview and in update, before anything is registered. Reads the stack's own outputs,
 * which hold the last complete update; on the first one there are none.
 */
export async function refuseLowering(
    stack: string,
    outputsOf: OutputsOf,
    wanted: Phase,
    allowLowering: boolean,
): Promise<void> {
    const former = await outputsOf(stack);
    const objection = whyNotToPhase(stack, former?.["phase"], wanted, allowLowering);
    if (objection) throw new RunError(objection);
}
