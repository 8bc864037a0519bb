import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { PhaseDefinition } from "../../infra/roadmap";
import type { Phase } from "../../components/model/phase";
import type { Role } from "../../components/model/profile";
import type { Deployments } from "../kit/context";
import type { Engine } from "../../engine/driver/engine";
import type { StackRun } from "../../engine/driver/engineStack";
import { roleStack, type Estate } from "../estate";
import { followUp } from "./followUp";
import { checkPhaseChange } from "./phaseChange";
import type { Check, EngineRun } from "../../report";
import { trySkipping } from "./skipStep";
import { parseExport } from "../../engine/state/parseExport";
import { stripSecrets } from "../../engine/state/stripSecrets";

/** What bringing one phase up found. */
export interface PhaseUp {
    readonly runs: readonly EngineRun[];
    readonly checks: readonly Check[];
    readonly deployments: Deployments;
}

/** What a phase is brought up on. */
export interface Ground {
    readonly engine: Engine;
    readonly estate: Estate;
    /** What the phases before it left. */
    readonly before: Deployments;
    /** Where the exported states go. */
    readonly stateDir: string;
}

/**
 * Takes every stack of the phase to it, in the phase's order: preview, update, and at the end a second look that
 * finds nothing to do; then comes what the phase leaves to a person. Where the phase has gates, each is tried first by skipping the step
 * that it waits for. What the engine then exports, secrets stripped, is left in `stateDir` for anyone to check.
 */
export async function bringUp(definition: PhaseDefinition, ground: Ground): Promise<PhaseUp> {
    const { engine, estate, before, stateDir } = ground;
    const { id: phase, order, after } = definition;
    const runs: EngineRun[] = [];
    const roles = [...new Set(order)];
    const ups = new Map<Role, StackRun[]>(roles.map((role) => [role, []]));

    // Where a stack comes twice, the stacks wait for one another.
    const gated = order.length > roles.length;
    const gates: Check[] = [];
    for (const [index, role] of order.entries()) {
        const next = order[index + 1];
        const stack = roleStack(engine, estate, role);
        await stack.setConfig("phase", phase);
        const skip = async () => {
            if (gated && next !== undefined)
                gates.push(await trySkipping(engine, estate, { phase, number: index + 1, role, next }));
        };
        // Previews write no state, so that they can go beside one another: this step's, and the refusal of the one after it.
        if (!engine.sideBySide) await skip();
        const [preview] = await bothSettled(stack.preview(), engine.sideBySide ? skip() : undefined);
        const up = await stack.up();
        runs.push(preview.run, up.run);
        ups.get(role)?.push(up);
    }
    const again = await Promise.all(roles.map((role) => roleStack(engine, estate, role).preview("preview again")));
    runs.push(...again.map(({ run }) => run));

    const deployments = await exportStacks({ engine, estate }, roles, phase, stateDir);
    const checks = [
        ...gates,
        changesNothing(phase, again),
        ...roles.flatMap((role) => onlyCreates(role, definition, before, ups.get(role) ?? [], deployments)),
    ];
    if (after === undefined) return { runs, checks, deployments };

    const last = await followUp(engine, estate, definition, after);
    return {
        runs: [...runs, last.run],
        checks: [...checks, last.check],
        deployments: { ...deployments, ...(await exportStacks({ engine, estate }, [after.role], phase, stateDir)) },
    };
}

/** Both values, once both have ended: no engine is left behind by the failure of the other. @throws what failed first of the two */
async function bothSettled<A, B>(one: Promise<A>, other: Promise<B> | undefined): Promise<[A, B | undefined]> {
    const settled = await Promise.allSettled([one, other]);
    for (const end of settled) if (end.status === "rejected") throw end.reason;
    return Promise.all([one, other]);
}

function changesNothing(phase: Phase, again: readonly StackRun[]): Check {
    const changed = again.flatMap(({ run, steps }) =>
        steps
            .filter(({ op }) => op !== "same" && op !== "read")
            .map(({ op, urn }) => `${run.stack}: ${op} ${urn.split("::").at(-1)}`),
    );
    return {
        id: `phase-${phase}-second-run`,
        title: `Phase ${phase}: a second update would have nothing to do`,
        passed: changed.length === 0,
        expected: "no change",
        actual: changed.length === 0 ? "no change" : changed.slice(0, 5).join("; "),
    };
}

/** A stack that was there in the phase before may only gain by this one. */
function onlyCreates(
    role: Role,
    { id: to, updates }: PhaseDefinition,
    before: Deployments,
    ups: readonly StackRun[],
    after: Deployments,
): Check[] {
    const [then, now] = [before[role], after[role]];
    if (!then || !now) return [];
    const steps = ups.flatMap((up) => up.steps);
    return checkPhaseChange({
        stack: role,
        from: then.outputs["phase"],
        to,
        before: then,
        steps,
        after: now,
        updates: updates?.[role],
    });
}

async function exportStacks(
    { engine, estate }: Pick<Ground, "engine" | "estate">,
    roles: readonly Role[],
    phase: Phase,
    stateDir: string,
): Promise<Deployments> {
    mkdirSync(stateDir, { recursive: true });
    const deployments: Deployments = Object.fromEntries(
        await Promise.all(
            roles.map(async (role) => {
                const raw = await roleStack(engine, estate, role).exportRaw();
                writeFileSync(
                    path.join(stateDir, `${role}-${phase}.json`),
                    `${JSON.stringify(stripSecrets(raw), null, 2)}\n`,
                );
                return [role, parseExport(role, raw)] as const;
            }),
        ),
    );
    return deployments;
}
