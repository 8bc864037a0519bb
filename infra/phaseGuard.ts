import { RunError } from "@pulumi/pulumi";
import type { OutputsOf } from "./otherStack";
import type { Phase } from "../components/model/phase";
import type { Unfinished } from "./completion";
import { titleOf, type Roadmap } from "./roadmap";
import { settingKey } from "./settingKey";
import type { Settings } from "./settings";

/** What a stack's own outputs say of the phase it is at, whatever they hold: nothing on the first update. */
export interface Reached {
    /** The phase of the last complete update. */
    readonly complete: Phase | undefined;
    /** The phase that an update since then was to reach, and did not. */
    readonly begun: Phase | undefined;
    /** The higher of the two: resources of this phase may exist. */
    readonly highest: Phase | undefined;
}

export function reachedPhase(outputs: Readonly<Record<string, unknown>> | undefined): Reached {
    const complete = numberOr(outputs?.["phase"]);
    const begun = unfinishedPhase(outputs);
    const known = [complete, begun].filter((phase) => phase !== undefined);
    return { complete, begun, highest: known.length === 0 ? undefined : Math.max(...known) };
}

/** The phase that a stack's last update was to reach, if that update is incomplete. */
export function unfinishedPhase(outputs: Readonly<Record<string, unknown>> | undefined): Phase | undefined {
    return numberOr((outputs?.["unfinished"] as Partial<Unfinished> | undefined)?.phase);
}

function numberOr(value: unknown): number | undefined {
    return typeof value === "number" ? value : undefined;
}

/**
 * Why a stack may not go to a phase; undefined if it may. Lowering deletes what the higher phases made, so it takes a setting of its own.
 * A raise that failed counts as one: going back deletes what it made.
 */
export function whyNotToPhase(
    stack: string,
    { complete, begun, highest }: Reached,
    wanted: Phase,
    allowLowering: boolean,
    roadmap: Roadmap,
): string | undefined {
    if (highest === undefined || wanted >= highest || allowLowering) return undefined;
    const named = (phase: Phase) => {
        const title = titleOf(roadmap, phase);
        return `phase ${phase}${title ? ` (${title})` : ""}`;
    };
    const failed = complete === undefined || complete < highest;
    const found = failed
        ? `stack ${stack} began an update to ${named(begun!)} that did not complete${complete === undefined ? "" : `, from ${named(complete)}`},`
        : `stack ${stack} is at ${named(highest)}`;
    const lost = failed ? "what that update made" : `what the phases above ${wanted} made`;
    return [
        `${found} and its configuration says ${wanted}: that would delete ${lost}.`,
        `  allowed: phase ${highest} or higher`,
        `  to do: pulumi config set --stack ${stack} ${settingKey("phase")} ${highest}${failed ? `, then pulumi up --stack ${stack} to complete it` : ""}; ` +
            `or, to delete on purpose, pulumi config set --stack ${stack} ${settingKey("allowPhaseLowering")} true`,
    ].join("\n");
}

/** Why a stack may not be raised while updates of others are incomplete; undefined if it may. A repeat is no raise. */
export function whyNotRaise(
    stack: string,
    { highest }: Reached,
    wanted: Phase,
    others: ReadonlyMap<string, Phase>,
): string | undefined {
    if (others.size === 0 || (highest !== undefined && wanted <= highest)) return undefined;
    const found = [...others].map(
        ([other, phase]) => `the last update of stack ${other}, to phase ${phase}, did not complete`,
    );
    return [
        `stack ${stack} cannot be raised to phase ${wanted}: ${found.join("; ")}.`,
        `  to do: ${[...others.keys()].map((other) => `pulumi up --stack ${other}`).join(", then ")}, then this again`,
    ].join("\n");
}

/**
 * Refuses a phase that the stack may not go to, in preview and in update, before anything is registered. Reads the outputs
 * of the stack, and before a raise those of the others.
 *
 * @returns whether the update lowers the phase
 */
export async function guardPhase(
    stack: string,
    others: readonly string[],
    outputsOf: OutputsOf,
    { phase, allowPhaseLowering }: Pick<Settings, "phase" | "allowPhaseLowering">,
    roadmap: Roadmap,
): Promise<boolean> {
    const reached = reachedPhase(await outputsOf(stack));
    const objection = whyNotToPhase(stack, reached, phase, allowPhaseLowering, roadmap);
    if (objection) throw new RunError(objection);
    if (reached.highest !== undefined && phase <= reached.highest) return phase < reached.highest;

    const incomplete = new Map<string, Phase>();
    for (const other of others) {
        const begun = unfinishedPhase(await outputsOf(other));
        if (begun !== undefined) incomplete.set(other, begun);
    }
    const raise = whyNotRaise(stack, reached, phase, incomplete);
    if (raise) throw new RunError(raise);
    return false;
}
