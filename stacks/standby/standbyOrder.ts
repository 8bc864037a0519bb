import { getProject, RunError } from "@pulumi/pulumi";
import { roles } from "../../components/model/profile";
import { reachedPhase } from "../../infra/phaseGuard";
import { settingKey } from "../../infra/settingKey";
import type { StackContext } from "../../infra/stack";
import { isDone, joinSteps, warmStandby, type JoinFacts, type JoinStep } from "../phase13WarmStandby";

/** How far a stack goes in this update: its first step only, or its second as well. */
export type Reach = "first" | "second";

/**
 * Decides how far a stack may go. Refuses an update that is out of order: the first step when a stack before it is missing; the second
 * one when the stack's first is done and another stack is next. `wait` accepts the latter, and the stack stays where it is.
 *
 * What is done stays done, whatever the other stacks export later: an update of the standby never takes its NATS away because the
 * primary is gone.
 */
export function reachOf({ role, peers }: Pick<StackContext, "role" | "peers">, facts: JoinFacts, wait: boolean): Reach {
    const [first, second] = joinSteps.flatMap((step, index) => (step.role === role ? [index] : []));
    const missingBefore = (index: number) => joinSteps.slice(0, index).filter((step) => !isDone(step, facts));

    if (isDone(joinSteps[second!]!, facts)) return "second";
    const missing = missingBefore(first!);
    if (missing.length > 0) throw new RunError(outOfOrder({ role, peers }, joinSteps[first!]!, missing, facts));
    const later = missingBefore(second!).filter((step) => step !== joinSteps[first!]);
    if (later.length === 0) return "second";
    if (isDone(joinSteps[first!]!, facts) && !wait)
        throw new RunError(
            `${outOfOrder({ role, peers }, joinSteps[second!]!, later, facts)}\n${howToWait(peers[role])}`,
        );
    return "first";
}

function outOfOrder(
    { role, peers }: Pick<StackContext, "role" | "peers">,
    wanted: JoinStep,
    missing: readonly JoinStep[],
    facts: JoinFacts,
): string {
    const [next] = missing;
    const commands = missing.map((step) => `pulumi up --stack ${peers[step.role]}`);
    const reached = reachedPhase(facts[next!.role]);
    const raise =
        reached.highest === undefined || reached.highest < warmStandby.id
            ? `pulumi config set --stack ${peers[next!.role]} ${settingKey("phase")} ${warmStandby.id}, then `
            : "";
    return [
        `stack ${peers[role]} comes too early in phase ${warmStandby.id}: before "${wanted.title}" there has to be "${next!.title}" (stack ${peers[next!.role]}).`,
        ...(reached.begun === undefined
            ? []
            : [`  found: the last update of stack ${peers[next!.role]}, to phase ${reached.begun}, did not complete`]),
        `  missing, in this order: ${missing.map((step) => `${step.title} (${peers[step.role]})`).join("; ")}`,
        `  to do: ${next!.beforehand?.(facts, { project: getProject(), stack: peers.primary }) ?? ""}${raise}${commands.join(", then ")}, then this again`,
    ].join("\n");
}

function howToWait(stack: string): string {
    return `  to change stack ${stack} in the meantime: pulumi config set --stack ${stack} --path ${settingKey("standby.wait")} true`;
}

/** What the stacks export; what an update is built on does not change on the way. */
export async function readJoinFacts(stack: StackContext): Promise<JoinFacts> {
    const entries = await Promise.all(roles.map(async (role) => [role, (await stack.outputsOf(role)) ?? {}] as const));
    return Object.fromEntries(entries) as unknown as JoinFacts;
}

/** How far the stack goes in this update; the same answer whenever it is asked during one. */
export async function reachOfStack(stack: StackContext): Promise<Reach> {
    return reachOf(stack, await readJoinFacts(stack), stack.settings.standby.wait);
}

/** Whether this update leaves a standby that can take over: until then clients are sent to a page, and nobody is pinned to it. */
export async function standbyServes(stack: StackContext): Promise<boolean> {
    return (await reachOfStack(stack)) === "second";
}
