import type { Phase } from "../../components/model/phase";
import type { Role } from "../../components/model/profile";
import type { Engine } from "../../engine/driver/engine";
import { EngineError } from "../../engine/driver/engineError";
import { roleStack, type Estate } from "../estate";
import type { Check } from "../../report";

/** A step of a phase in which stacks wait for one another. */
export interface GatedStep {
    readonly phase: Phase;
    /** Its place in the phase's order, from 1. */
    readonly number: number;
    readonly role: Role;
    /** The stack of the step after it. */
    readonly next: Role;
}

/**
 * Tries to skip a step: asks the engine for the one after it, and expects to be refused with the command that is missing. A preview
 * only, so that a gate that does not hold leaves nothing behind.
 */
export async function trySkipping(
    engine: Engine,
    estate: Pick<Estate, "environment">,
    { phase, number, role, next }: GatedStep,
): Promise<Check> {
    const stack = roleStack(engine, estate, next);
    const before = stack.phase;
    await stack.setConfig("phase", phase);
    const answer = await stack.preview().then(
        () => "the preview went through",
        (error: unknown) => {
            if (error instanceof EngineError) return error.message;
            throw error;
        },
    );
    await stack.setConfig("phase", before);
    const command = `pulumi up --stack ${roleStack(engine, estate, role).name}`;
    const refused = /comes too early|does not exist/.test(answer) && answer.includes(command);
    return {
        id: `phase-${phase}-step-${number}-gate`,
        title: `Phase ${phase}: step ${number} (${role}) cannot be skipped`,
        passed: refused,
        expected: `${next} is refused: ${command} first`,
        actual: refused ? `${next} is refused: ${command} first` : answer,
    };
}
