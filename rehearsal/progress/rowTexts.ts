import type { Durations } from "./durations";
import type { StepState } from "./runState";

/** A row of the live view: its title, and lines beneath it. */
export interface RowText {
    readonly title: string;
    readonly details: readonly string[];
}

/** Leaves room for the times after a title, on a terminal of 80 columns. */
const widestTitle = 44;
/** Lines beneath a row, so that all rows fit 24 lines. */
const mostDetails = 5;

/** "phase 12, failover DNS (4 s, last time 14 s)"; beneath it what the engine says. A run that is over was left in the middle of it. */
export function stageText(stage: StepState, last: Durations | undefined, over = false): RowText {
    const { step, state, seconds, said } = stage;
    const title = step.kind === "phase" ? `phase ${step.title}` : step.title;
    const times = {
        waiting: "",
        running: over ? `: not finished (${clock(seconds)})` : ` (${during(stage, last)})`,
        passed: ` (${clock(seconds)})`,
        failed: `: a check FAILED (${clock(seconds)})`,
    };
    return { title: title + times[state], details: state === "running" && !over && said !== undefined ? [said] : [] };
}

/** "drills: 4 of 6 passed"; beneath it those that failed, and each that runs with the last line that it said. */
export function drillsText(drills: readonly StepState[], last: Durations | undefined): RowText {
    return {
        title: `drills: ${count(drills, "passed")} of ${drills.length} passed`,
        details: details(drills, "FAILED", (drill) => [
            running(drill, last),
            ...(drill.said === undefined ? [] : [`  ${drill.said}`]),
        ]),
    };
}

/** "negative controls: 7 of 14 red, as they have to be"; beneath it those that are not, and those that run. */
export function controlsText(controls: readonly StepState[], last: Durations | undefined): RowText {
    return {
        title: `negative controls: ${count(controls, "passed")} of ${controls.length} red, as they have to be`,
        details: details(controls, "NOT red", (control) => [running(control, last)]),
    };
}

/** "1 min 52 s, about 3 min 10 s left" */
export function clockText(seconds: number, left: number | undefined): string {
    if (left === undefined) return `${clock(seconds)} (an estimate needs a finished run of these options)`;
    if (left <= 0) return `${clock(seconds)}, longer than the last run of these options`;
    const step = left < 60 ? 5 : 10;
    return `${clock(seconds)}, about ${clock(Math.ceil(left / step) * step)} left`;
}

function details(
    steps: readonly StepState[],
    failure: string,
    run: (step: StepState) => readonly string[],
): readonly string[] {
    const lines = [
        ...steps.filter(({ state }) => state === "running").flatMap(run),
        ...steps.filter(({ state }) => state === "failed").map(({ step }) => `${failure}: ${step.title}`),
    ];
    if (lines.length <= mostDetails) return lines;
    return [...lines.slice(0, mostDetails - 1), `and ${lines.length - mostDetails + 1} more`];
}

function running(state: StepState, last: Durations | undefined): string {
    return `${short(state.step.title)} (${during(state, last)})`;
}

function during({ step, seconds }: StepState, last: Durations | undefined): string {
    const before = last?.steps[step.id];
    return before === undefined ? clock(seconds) : `${clock(seconds)}, last time ${clock(before)}`;
}

function count(steps: readonly StepState[], state: StepState["state"]): number {
    return steps.filter((one) => one.state === state).length;
}

/** "1 min 52 s" */
export function clock(seconds: number): string {
    const whole = Math.round(seconds);
    const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
    return [...(minutes > 0 ? [`${minutes} min`] : []), ...(rest > 0 || minutes === 0 ? [`${rest} s`] : [])].join(" ");
}

function short(text: string): string {
    return text.length > widestTitle ? `${text.slice(0, widestTitle - 1)}…` : text;
}
