import type { Role } from "../components/model/profile";
import type { StackOutputs } from "../infra/outputs";
import type { PhaseDefinition } from "../infra/roadmap";

/** What the three stacks export at the moment; a stack that does not exist exports nothing. */
export type JoinFacts = { readonly [R in Role]: Partial<StackOutputs[R]> };

export interface JoinStep {
    readonly role: Role;
    /** What the step brings, for people. */
    readonly title: string;
    /** Whether the stack that the step belongs to exports what the step brings; `isDone` asks for the phase as well. */
    readonly brought: (facts: JoinFacts) => boolean;
    /** What a person has to do before the stack's update gets it done; undefined if nothing. */
    readonly beforehand?: (facts: JoinFacts, where: PrimaryStack) => string | undefined;
}

/** The primary's stack, as a command names it. */
export interface PrimaryStack {
    readonly project: string;
    readonly stack: string;
}

/** What a person does for a NATS that is the user's own, once its patch is there. */
export function mergeThePatch({ project, stack }: PrimaryStack): string {
    return (
        "merge ConfigMap nats-gateway-patch into your own NATS, in the order of its README.md, then\n" +
        `         pulumi config set --stack ${stack} --path ${project}:nats.patched true`
    );
}

/**
 * Whether a step is done: its stack says so by an output, which it exports only after the last resource of the step. A stack that is
 * being lowered can still have the outputs of this phase.
 */
export function isDone(step: JoinStep, facts: JoinFacts): boolean {
    return (facts[step.role].phase ?? 0) >= warmStandby.id && step.brought(facts);
}

/**
 * The order of the phase, each step an update of one stack, and each known to be done by an output of that stack. Two NATS clusters
 * that each made a meta group of their own delete one another's streams when they meet; so the standby's servers boot last,
 * with gateways, and only after a gate has seen the primary and the witness as one group with its streams.
 */
export const joinSteps: readonly JoinStep[] = [
    { role: "witness", title: "the witness's network", brought: ({ witness }) => witness.vpcId !== undefined },
    {
        role: "dr",
        title: "the standby without NATS, peerings asked for",
        brought: ({ dr }) => dr.peeringIds !== undefined,
    },
    {
        role: "primary",
        title: "peerings accepted, gateways on the primary's NATS",
        brought: ({ primary }) => primary.gatewaysReady === true,
        // NATS is the user's own, and its patch is there.
        beforehand: ({ primary }, where) =>
            primary.gatewaysReady === false ? `${mergeThePatch(where)}, then ` : undefined,
    },
    {
        role: "witness",
        title: "the witness's server, booted with gateways",
        brought: ({ witness }) => witness.joined === true,
    },
    {
        role: "primary",
        title: "the gate: witness joined, streams still there",
        brought: ({ primary }) => typeof primary.witnessGate === "number",
    },
    {
        role: "dr",
        title: "the standby's NATS, its gate and the mirrors",
        brought: ({ dr }) => typeof dr.standbyGate === "number",
    },
];

/**
 * Phase 13, the warm standby (seed 000): a second cluster whose NATS is one group with the primary's and a witness's, and survives the loss of
 * any region. Each stack goes up twice, in an order that the program keeps by the stacks' outputs: a standby NATS that boots alone
 * would delete production's streams when it is joined, so there is no way to deploy one.
 */
export const warmStandby: PhaseDefinition = {
    id: 13,
    title: "warm standby",
    order: joinSteps.map(({ role }) => role),
    updates: {
        // Gateways, by a rolling restart; and the alert on the meta group, once there is one, in between the phase's two updates.
        primary: ["nats-release", "observability-rules"],
        // SECONDARY leads to the standby's load balancer, the watcher sets the latch instead of only paging, and between the
        // phase's two updates the standby may read what the primary has put into Secrets Manager.
        dr: ["failover-record", "latch-watcher-function", "secret-sync-reader-policy"],
    },
    reads: { primary: ["dr", "witness"], dr: ["primary", "witness"], witness: ["primary", "dr"] },
    outputs: {
        primary: ["peeringIds", "gatewaysReady", "natsSetup", "natsVolumeGib", "witnessGate", "replicatedImages"],
        dr: ["clusterName", "clusterEndpoint", "vpcId", "peeringIds", "secretsKeyArn", "natsVolumeGib", "standbyGate"],
        witness: ["vpcId", "natsBackups", "backupTopicArn", "backupCadence", "joined"],
    },
    clusterNeeds: (vpcCidr) => ({ vpcCidr }),
};
