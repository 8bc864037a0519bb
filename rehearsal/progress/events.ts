import type { PhaseDefinition } from "../../infra/roadmap";
import type { Drill, Sabotage } from "../kit/drill";

/** A part of a rehearsal that takes time and passes or fails. */
export interface Step {
    readonly kind: "phase" | "drill" | "control" | "take-down";
    /** Unique within a run, and the same in each run: durations are kept under it. */
    readonly id: string;
    readonly title: string;
}

/** What happens in a rehearsal, for what shows it. */
export type RehearsalEvent =
    /** Comes once, before the first step: all steps, in the order in which they can begin. */
    | { readonly kind: "plan"; readonly steps: readonly Step[] }
    | { readonly kind: "begins"; readonly step: Step }
    /** A line for a person. Without a step it comes from the toolchain or the engine. */
    | { readonly kind: "says"; readonly step?: Step; readonly text: string }
    | { readonly kind: "ends"; readonly step: Step; readonly passed: boolean };

export type Tell = (event: RehearsalEvent) => void;

export const phaseStep = ({ id, title }: Pick<PhaseDefinition, "id" | "title">): Step => ({
    kind: "phase",
    id: `phase-${id}`,
    title: `${id}, ${title}`,
});

export const drillStep = (drill: Pick<Drill, "id" | "title">, sabotage?: Pick<Sabotage, "id" | "title">): Step => ({
    kind: "drill",
    id: `drill-${drill.id}${sabotage ? `-${sabotage.id}` : ""}`,
    title: `${drill.title}${sabotage ? `, sabotaged: ${sabotage.title}` : ""}`,
});

export const controlStep = ({ id, title }: Pick<Sabotage, "id" | "title">): Step => ({
    kind: "control",
    id: `control-${id}`,
    title,
});

export const takeDownStep: Step = { kind: "take-down", id: "take-down", title: "take everything down" };
