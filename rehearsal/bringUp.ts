import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { deploymentOrder, phases, phaseUpdates, type Phase } from "../infra/phase";
import type { Role } from "../infra/profile";
import type { Deployments } from "./drills/drill";
import type { Engine } from "./engine/engine";
import type { StackRun } from "./engine/engineStack";
import { checkPhaseChange } from "./engine/phaseChange";
import type { Check, EngineRun } from "./report";
import { trySkipping } from "./skipStep";
import { parseExport } from "./state/parseExport";
import { stripSecrets } from "./state/stripSecrets";

/** What bringing one phase up found. */
export interface PhaseUp {
    readonly runs: readonly EngineRun[];
    readonly checks: readonly Check[];
    readonly deployments: Deployments;
}

/**
 * Takes every stack of the phase to it, in the phase's order: preview, update, and at the end a second look that
 * finds nothing to do. Where the phase has gates, each is tried first by skipping the step that it waits for. What the engine then exports, secrets stripped, is left in `stateDir` for anyone to check.
 */
export async function bringUp(engine: Engine, phase: Phase, before: Deployments, stateDir: string): Promise<PhaseUp> {
    const runs: EngineRun[] = [];
    const order = deploymentOrder[phase];
    const roles = [...new Set(order)];
    const ups = new Map<Role, StackRun[]>(roles.map((role) => [role, []]));

    // Where a stack comes twice, the stacks wait for one another.
    const gated = order.length > roles.length;
    const gates: Check[] = [];
    for (const [index, role] of order.entries()) {
        const next = order[index + 1];
        if (gated && next !== undefined)
            gates.push(await trySkipping(engine, { phase, number: index + 1, role, next }));
        const stack = engine.stack(role);
        await stack.setConfig("phase", phase);
        const preview = await stack.preview();
        const up = await stack.up();
        runs.push(preview.run, up.run);
        ups.get(role)?.push(up);
    }
    // Previews write no state, so that they can go beside one another.
    const again = await Promise.all(roles.map((role) => engine.stack(role).preview("preview again")));
    runs.push(...again.map(({ run }) => run));

    const deployments = await exportStacks(engine, roles, phase, stateDir);
    return {
        runs,
        checks: [
            ...gates,
            changesNothing(phase, again),
            ...roles.flatMap((role) => onlyCreates(role, phase, before, ups.get(role) ?? [], deployments)),
        ],
        deployments,
    };
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
    phase: Phase,
    before: Deployments,
    ups: readonly StackRun[],
    after: Deployments,
): Check[] {
    const from = phases[phases.indexOf(phase) - 1];
    const [then, now] = [before[role], after[role]];
    if (from === undefined || !then || !now) return [];
    const steps = ups.flatMap((up) => up.steps);
    return checkPhaseChange({
        stack: role,
        from,
        to: phase,
        before: then,
        steps,
        after: now,
        updates: phaseUpdates[phase][role],
    });
}

async function exportStacks(
    engine: Engine,
    roles: readonly Role[],
    phase: Phase,
    stateDir: string,
): Promise<Deployments> {
    mkdirSync(stateDir, { recursive: true });
    const deployments: Deployments = Object.fromEntries(
        await Promise.all(
            roles.map(async (role) => {
                const raw = await engine.stack(role).exportRaw();
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
