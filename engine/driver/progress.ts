import type { EngineRun } from "./engineRun";

/** Milliseconds between two lines of one run: often enough to show life. */
const interval = 2_000;
/** Leaves room for a time before each line on a terminal of 80 columns. */
const width = 70;

/** Tells a person how far a run is, in a line now and then. */
export class Pulse {
    readonly #started = Date.now();
    #last = Date.now();

    constructor(
        private readonly title: string,
        private readonly print: (line: string) => void,
    ) {}

    beat({ finished, changed }: { readonly finished: number; readonly changed: number }): void {
        if (Date.now() - this.#last < interval) return;
        this.#last = Date.now();
        const elapsed = Math.round((this.#last - this.#started) / 1000);
        const state =
            finished + changed === 0
                ? "program and policies are starting"
                : `${finished} resources seen, ${changed} changing`;
        this.print(fit(`${this.title}: ${state} (${elapsed} s)`));
    }
}

/** A finished run in one line: "dr up: 12 create, 3 same (2.1 s; 0 violations)". */
export function describeRun({ stack, operation, changes, seconds, violations, unlooked }: EngineRun): string {
    const steps = Object.entries(changes).map(([op, number]) => `${number} ${op}`);
    const policies = `${violations.length} violation${violations.length === 1 ? "" : "s"}${unlooked.length > 0 ? `, ${unlooked.length} unlooked` : ""}`;
    return fit(`${stack} ${operation}: ${steps.join(", ") || "nothing"} (${seconds.toFixed(1)} s; ${policies})`);
}

function fit(line: string): string {
    return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}
