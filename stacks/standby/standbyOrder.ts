import { RunError } from "@pulumi/pulumi";
import type { StackOutputs } from "../../infra/outputs";
import { roles, type Role } from "../../infra/profile";
import type { StackContext } from "../../infra/stack";

/** What the three stacks export at the moment; a stack that does not exist exports nothing. */
export type JoinFacts = { readonly [R in Role]: Partial<StackOutputs[R]> };

/** What a person does for a NATS that is the user's own, once its patch is there. */
export const mergeThePatch =
    "merge ConfigMap nats-gateway-patch into your own NATS, in the order of its README.md, then\n" +
    "         pulumi config set --stack primary --path kgents-dr:standby.nats.gateways true";

interface JoinStep {
    readonly role: Role;
    /** What the step brings, for people. */
    readonly title: string;
    /** Whether the stack that the step belongs to says that it is done. */
    readonly isDone: (facts: JoinFacts) => boolean;
    /** What a person has to do before the stack's update gets it done; undefined if nothing. */
    readonly beforehand?: (facts: JoinFacts) => string | undefined;
}

/**
 * The order of phase 13, each step an update of one stack, and each known to be done by an output of that stack. Two NATS clusters
 * that each made a meta group of their own delete one another's streams when they meet; so the standby's servers boot last,
 * with gateways, and only after a gate has seen the primary and the witness as one group with its streams.
 */
export const joinSteps: readonly JoinStep[] = [
    { role: "witness", title: "the witness's network", isDone: ({ witness }) => witness.vpcId !== undefined },
    {
        role: "dr",
        title: "the standby without NATS, peerings asked for",
        isDone: ({ dr }) => dr.peeringIds !== undefined,
    },
    {
        role: "primary",
        title: "peerings accepted, gateways on the primary's NATS",
        isDone: ({ primary }) => primary.gatewaysReady === true,
        // NATS is the user's own, and its patch is there.
        beforehand: ({ primary }) => (primary.gatewaysReady === false ? `${mergeThePatch}, then ` : undefined),
    },
    {
        role: "witness",
        title: "the witness's server, booted with gateways",
        isDone: ({ witness }) => witness.joined === true,
    },
    {
        role: "primary",
        title: "the gate: witness joined, streams still there",
        isDone: ({ primary }) => typeof primary.witnessGate === "number",
    },
    {
        role: "dr",
        title: "the standby's NATS, its gate and the mirrors",
        isDone: ({ dr }) => typeof dr.standbyGate === "number",
    },
];

/** How far a stack goes in this update: its first step only, or its second as well. */
export type Reach = "first" | "second";

/**
 * Decides how far a stack may go. Refuses an update that is out of order: the first step when a stack before it is missing; the second
 * one when the stack's first is done and another stack is next. `wait` accepts the latter, and the stack stays where it is.
 *
 * What is done stays done, whatever the other stacks export later: an update of the standby never takes its NATS away because the
 * primary is gone.
 */
export function reachOf(role: Role, facts: JoinFacts, wait: boolean): Reach {
    const [first, second] = joinSteps.flatMap((step, index) => (step.role === role ? [index] : []));
    const isDone = (index: number) => joinSteps[index]!.isDone(facts);
    const missingBefore = (index: number) => joinSteps.slice(0, index).filter((step) => !step.isDone(facts));

    if (isDone(second!)) return "second";
    const missing = missingBefore(first!);
    if (missing.length > 0) throw new RunError(outOfOrder(role, joinSteps[first!]!, missing, facts));
    const later = missingBefore(second!).filter((step) => step !== joinSteps[first!]);
    if (later.length === 0) return "second";
    if (isDone(first!) && !wait)
        throw new RunError(`${outOfOrder(role, joinSteps[second!]!, later, facts)}\n${howToWait(role)}`);
    return "first";
}

function outOfOrder(role: Role, wanted: JoinStep, missing: readonly JoinStep[], facts: JoinFacts): string {
    const [next] = missing;
    const commands = missing.map((step) => `pulumi up --stack ${step.role}`);
    const raise =
        facts[next!.role].phase === undefined || facts[next!.role].phase! < 13
            ? `pulumi config set --stack ${next!.role} phase 13, then `
            : "";
    return [
        `stack ${role} comes too early in phase 13: before "${wanted.title}" there has to be "${next!.title}" (stack ${next!.role}).`,
        `  missing, in this order: ${missing.map((step) => `${step.title} (${step.role})`).join("; ")}`,
        `  to do: ${next!.beforehand?.(facts) ?? ""}${raise}${commands.join(", then ")}, then this again`,
    ].join("\n");
}

function howToWait(role: Role): string {
    return `  to change stack ${role} in the meantime: pulumi config set --stack ${role} --path kgents-dr:standby.wait true`;
}

/** What the stacks export; what an update is built on does not change on the way. */
export async function readJoinFacts(stack: StackContext): Promise<JoinFacts> {
    const entries = await Promise.all(roles.map(async (role) => [role, (await stack.outputsOf(role)) ?? {}] as const));
    return Object.fromEntries(entries) as unknown as JoinFacts;
}

/** How far the stack goes in this update; the same answer whenever it is asked during one. */
export async function reachOfStack(stack: StackContext): Promise<Reach> {
    return reachOf(stack.role, await readJoinFacts(stack), stack.settings.standby.wait);
}

/** Whether this update leaves a standby that can take over: until then clients are sent to a page, and nobody is pinned to it. */
export async function standbyServes(stack: StackContext): Promise<boolean> {
    return stack.phase >= 13 && (await reachOfStack(stack)) === "second";
}
