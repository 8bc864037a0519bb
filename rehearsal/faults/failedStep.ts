import { isDeepStrictEqual } from "node:util";
import type { Phase } from "../../components/model/phase";
import type { Role } from "../../components/model/profile";
import type { Engine } from "../../engine/driver/engine";
import type { EngineStack } from "../../engine/driver/engineStack";
import { EngineError } from "../../engine/driver/engineError";
import type { Cloud, Operation } from "../../testbed/doubles/cloud";

type Outputs = Readonly<Record<string, unknown>>;

/** One kind of change: a resource type created or updated, a Job that is waited for, or an update of one target. */
export interface Kind {
    readonly type: string;
    readonly operation: Operation | "await" | "target";
}

/** A step of the roadmap: an update of one stack. */
export interface Step {
    readonly phase: Phase;
    readonly role: Role;
    /** Its place in the phase's order, from 1. */
    readonly number: number;
    /** The next step of another stack; undefined after the last one. */
    readonly next?: { readonly role: Role; readonly phase: Phase };
}

/** What an update that failed at one kind of resource left behind. */
export interface FailedUpdate {
    readonly step: Step;
    readonly kind: Kind;
    readonly seconds: number;
    /** Whatever is not as it has to be: nothing, if the update does not count as done and nobody goes on. */
    readonly wrong: readonly string[];
}

export interface StepFaults {
    readonly engine: Engine;
    readonly cloud: Cloud;
    readonly step: Step;
    /** Whether a kind fails once in the step. */
    readonly fails: (kind: Kind) => boolean;
}

const jobType = "kubernetes:batch/v1:Job";
const releaseType = "kubernetes:helm.sh/v3:Release";

/**
 * Takes a step, which fails at the first change of each kind once, and is repeated until it succeeds. Resources are changed one at a
 * time, so that each update fails at one kind. A Helm release is made and never becomes ready, a Job ends in failure; all else is refused.
 */
export async function takeFailingStep({ engine, cloud, step, fails }: StepFaults): Promise<readonly FailedUpdate[]> {
    const failed = new Set<string>();
    const found: FailedUpdate[] = [];
    let last: Kind | undefined;
    const failOnce = (kind: Kind): string | undefined => {
        if (failed.has(labelOf(kind)) || !fails(kind)) return undefined;
        failed.add(labelOf(kind));
        last = kind;
        return `${labelOf(kind)} fails on purpose`;
    };
    cloud.onChange(({ type, operation }) => {
        if (operation === "delete") return undefined;
        const message = failOnce({ type, operation });
        return message === undefined ? undefined : { message, unready: type === releaseType };
    });
    cloud.onJob(() => {
        const message = failOnce({ type: jobType, operation: "await" });
        return { succeeded: message === undefined, message };
    });

    const stack = engine.stack(step.role);
    const before = await stack.outputs();
    await stack.setConfig("phase", step.phase);
    if ("phase" in before) found.push(await leaveAllOut(stack, cloud, before, step));
    try {
        for (;;) {
            last = undefined;
            const started = performance.now();
            const error = await refusalOf(stack.up({ parallel: 1 }));
            if (error === undefined) break;
            // Set by the hooks, which the compiler does not see.
            const kind = last as Kind | undefined;
            if (kind === undefined) throw error;
            const seconds = Math.round(performance.now() - started) / 1000;
            const wrong = [
                ...(error.message.includes(`${labelOf(kind)} fails on purpose`)
                    ? []
                    : [`it failed otherwise: ${error.message}`]),
                ...notDone(before, await stack.outputs(), step),
                // What the outputs say is the same after each failure, so the next stack is asked after the first.
                ...(failed.size === 1 ? await nextIsRefused(engine, step) : []),
            ];
            found.push({ step, kind, seconds, wrong });
        }
    } finally {
        cloud.onChange(() => undefined);
        cloud.onJob(() => ({ succeeded: true }));
    }
    return found;
}

/**
 * An update of one target that has nothing to do, right after the phase was raised: nothing else may be touched, and the state stays
 * valid. The engine deploys a new provider whatever the targets are, and refuses the update where that needs a resource it leaves out.
 */
async function leaveAllOut(stack: EngineStack, cloud: Cloud, before: Outputs, step: Step): Promise<FailedUpdate> {
    const started = performance.now();
    const calls = cloud.calls().length;
    const error = await refusalOf(stack.up({ target: ["**::aws"] }));
    const wrong = [
        ...(error === undefined || /pulumi:providers:.* not specified in --target list/s.test(error.message)
            ? []
            : [`it failed: ${error.message}`]),
        ...cloud
            .calls()
            .slice(calls)
            .map(({ operation, type }) => `${operation} ${type}, which is no target`),
        ...notDone(before, await stack.outputs(), step),
    ];
    const seconds = Math.round(performance.now() - started) / 1000;
    return { step, kind: { type: "another resource", operation: "target" }, seconds, wrong };
}

export function labelOf({ type, operation }: Kind): string {
    return `${operation} ${type}`;
}

/** The former outputs, and that an update to the step's phase is incomplete. */
function notDone(before: Outputs, after: Outputs, { phase }: Step): string[] {
    const expected = { ...before, unfinished: { phase } };
    return isDeepStrictEqual(after, expected)
        ? []
        : [`outputs: ${JSON.stringify(after)}; expected ${JSON.stringify(expected)}`];
}

async function nextIsRefused(engine: Engine, { role, next }: Step): Promise<string[]> {
    if (next === undefined) return [];
    const stack = engine.stack(next.role);
    const before = stack.phase;
    await stack.setConfig("phase", next.phase);
    const error = await refusalOf(stack.preview());
    await stack.setConfig("phase", before);
    const message = error?.message ?? "its preview went through";
    const wanted = [`the last update of stack ${role}`, "did not complete", `pulumi up --stack ${role}`];
    return wanted.every((part) => message.includes(part)) ? [] : [`stack ${next.role} is not refused: ${message}`];
}

async function refusalOf(run: Promise<unknown>): Promise<EngineError | undefined> {
    try {
        await run;
        return undefined;
    } catch (error) {
        if (error instanceof EngineError) return error;
        throw error;
    }
}
