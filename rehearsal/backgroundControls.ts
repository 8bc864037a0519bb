import type { Drill, Sabotage } from "./drills/drill";
import type { NegativeControl } from "./report";
import { runControl, type DrillEnvironment } from "./runDrills";

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

    /** Begins every control of a drill. */
    start(drill: Drill, environment: DrillEnvironment): void {
        const quiet = { ...environment, quick: true, progress: () => undefined };
        this.#order.push(...drill.sabotages);
        this.#waiting.push(...drill.sabotages.map((sabotage) => ({ drill, sabotage, environment: quiet })));
        while (this.#active < atOnce) {
            this.#active += 1;
            const worker = this.#work(environment.progress).finally(() => (this.#active -= 1));
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

    async #work(progress: (line: string) => void): Promise<void> {
        for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
            const result = await runControl(next.drill, next.sabotage, next.environment);
            this.#results.set(next.sabotage, result);
            progress(
                `negative control: ${next.sabotage.title}: ${result.turnedRed ? "red, as it has to be" : "NOT red"}`,
            );
        }
    }
}
