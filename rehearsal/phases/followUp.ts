import type { FollowUp, PhaseDefinition } from "../../infra/roadmap";
import { shortUrn } from "../../engine/driver/engineError";
import type { Engine } from "../../engine/driver/engine";
import { roleStack, type Estate } from "../estate";
import type { Check, EngineRun } from "../../report";

/** Does what a phase leaves to a person in the end: sets what it says in the stack's configuration, updates the stack, and looks at what that did. */
export async function followUp(
    engine: Engine,
    estate: Estate,
    { id }: PhaseDefinition,
    after: FollowUp,
): Promise<{ readonly run: EngineRun; readonly check: Check }> {
    const { settings } = estate;
    const stack = roleStack(engine, estate, after.role);
    for (const [section, changed] of Object.entries(after.settings))
        await stack.setConfig(section, { ...(settings[after.role]?.[section] as object | undefined), ...changed });
    const { run, steps } = await stack.up();
    const did = steps.filter(({ op }) => op !== "same" && op !== "read").map(({ op, urn }) => `${op} ${shortUrn(urn)}`);
    const expected = after.steps.map(({ op, type, name }) => `${op} ${type} "${name}"`);
    return {
        run,
        check: {
            id: `phase-${id}-${after.id}`,
            title: after.title,
            passed: [...did].sort().join() === [...expected].sort().join(),
            expected: expected.join("; "),
            actual: did.join("; ") || "no change",
        },
    };
}
