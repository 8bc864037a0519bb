import type { RehearsalEvent, Step } from "./events";

/** How far a step is. */
export interface StepState {
    readonly step: Step;
    readonly state: "waiting" | "running" | "passed" | "failed";
    /** Seconds since it began, or that it took; 0 while it waits. */
    readonly seconds: number;
    /** The last line that it said. */
    readonly said?: string;
}

/** Whether a step has ended, well or not. */
export function isOver({ state }: StepState): boolean {
    return state === "passed" || state === "failed";
}

interface Recorded {
    readonly step: Step;
    began?: number;
    ended?: number;
    passed?: boolean;
    said?: string;
}

/** What the events of a run add up to. */
export class RunState {
    readonly #steps = new Map<string, Recorded>();
    readonly #now: () => number;
    readonly #started: number;
    #planned: number;

    /** `now` is a clock in milliseconds. */
    constructor(now: () => number = Date.now) {
        this.#now = now;
        this.#started = now();
        this.#planned = this.#started;
    }

    take(event: RehearsalEvent): void {
        if (event.kind === "plan") this.#plan(event.steps);
        if (event.kind === "begins") this.#of(event.step).began = this.#now();
        if (event.kind === "ends") Object.assign(this.#of(event.step), { ended: this.#now(), passed: event.passed });
        if (event.kind === "says") {
            const speaker = event.step === undefined ? this.#onEngine() : this.#of(event.step);
            if (speaker) speaker.said = event.text;
        }
    }

    /** Seconds since the run began. */
    get seconds(): number {
        return (this.#now() - this.#started) / 1000;
    }

    /** Seconds since its plan: without what the first run of all spends on tools. */
    get planSeconds(): number {
        return (this.#now() - this.#planned) / 1000;
    }

    /** Every step of a kind, in the order of the plan. */
    steps(...kinds: readonly Step["kind"][]): StepState[] {
        return [...this.#steps.values()].filter(({ step }) => kinds.includes(step.kind)).map((one) => this.#state(one));
    }

    all(): StepState[] {
        return [...this.#steps.values()].map((one) => this.#state(one));
    }

    #plan(steps: readonly Step[]): void {
        this.#planned = this.#now();
        for (const step of steps) this.#steps.set(step.id, { step });
    }

    #of(step: Step): Recorded {
        const known = this.#steps.get(step.id) ?? { step };
        this.#steps.set(step.id, known);
        return known;
    }

    /** The engine works for one step at a time: a phase, or the taking down. */
    #onEngine(): Recorded | undefined {
        return [...this.#steps.values()].find(
            ({ step, began, ended }) =>
                (step.kind === "phase" || step.kind === "take-down") && began !== undefined && ended === undefined,
        );
    }

    #state({ step, began, ended, passed, said }: Recorded): StepState {
        const seconds = began === undefined ? 0 : ((ended ?? this.#now()) - began) / 1000;
        const state =
            began === undefined ? "waiting" : ended === undefined ? "running" : passed === true ? "passed" : "failed";
        return { step, state, seconds, said };
    }
}
