import type { Drill, Sabotage } from "./kit/drill";
import type { NegativeControl } from "../report";
import { controlStep, type Tell } from "./progress/events";
import { runControl, type DrillEnvironment } from "./kit/runDrill";

interface Waiting {
    readonly drill: Drill;
    readonly sabotage: Sabotage;
    readonly environment: DrillEnvironment;
}

/** As many as the smallest machine we support has processors. */
const atOnce = 2;

/** Negative controls, a few at a time, while other work goes on. Each uses the quick size and ports of its own. */
export class BackgroundControls {
    readonly #results = new Map<Sabotage, NegativeControl>();
    readonly #order: Sabotage[] = [];
    #waiting: Waiting[] = [];
    #workers: Promise<void>[] = [];
    #active = 0;

    constructor(private readonly tell: Tell = () => undefined) {}

    /** Begins every control of a drill. */
    start(drill: Drill, environment: Omit<DrillEnvironment, "progress">): void {
        const quiet = { ...environment, quick: true, progress: () => undefined };
        this.#order.push(...drill.sabotages);
        this.#waiting.push(...drill.sabotages.map((sabotage) => ({ drill, sabotage, environment: quiet })));
        while (this.#active < atOnce) {
            this.#active += 1;
            const worker = this.#work().finally(() => (this.#active -= 1));
            // Told by `settled`; without this a failure before that call would end the process.
            worker.catch(() => undefined);
            this.#workers.push(worker);
        }
    }

    /** All results so far, in the order in which the controls were given, once nothing runs any more. Rejects if one was interrupted. */
    async settled(): Promise<NegativeControl[]> {
        await Promise.all(this.#workers);
        this.#workers = [];
        return this.#order.map((sabotage) => this.#results.get(sabotage)).filter((result) => result !== undefined);
    }

    /** Begins no further one and waits for those that run, however they end. */
    async ended(): Promise<void> {
        this.#waiting = [];
        await Promise.allSettled(this.#workers);
    }

    async #work(): Promise<void> {
        for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
            const step = controlStep(next.sabotage);
            this.tell({ kind: "begins", step });
            const result = await runControl(next.drill, next.sabotage, next.environment);
            this.#results.set(next.sabotage, result);
            this.tell({ kind: "ends", step, passed: result.turnedRed });
        }
    }
}
