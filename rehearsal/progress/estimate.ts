import type { Durations } from "./durations";
import { isOver, type StepState } from "./runState";

/**
 * Seconds that a run still takes, by the durations of the last one of its kind: the work of its steps that is left, at the rate at
 * which that run did its work (steps run beside one another), and at least the longest of them. Undefined without such a run, and if a
 * step is new since.
 */
export function secondsLeft(steps: readonly StepState[], last: Durations | undefined): number | undefined {
    if (last === undefined || steps.some(({ step }) => last.steps[step.id] === undefined)) return undefined;
    const left = steps.map((one) => (isOver(one) ? 0 : Math.max(0, last.steps[one.step.id]! - one.seconds)));
    const work = sum(Object.values(last.steps));
    return work === 0 ? undefined : Math.max((last.seconds / work) * sum(left), ...left);
}

function sum(numbers: readonly number[]): number {
    return numbers.reduce((total, one) => total + one, 0);
}
