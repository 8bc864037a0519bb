import type { EngineRun } from "../report/result";

/** Milliseconds between two lines of one run: often enough to show life. */
const interval = 2_000;
const width = 80;

/** The lines that tell a person how far a run is. */
export class ProgressLine {
    readonly #started = Date.now();
    #last = Date.now();

    constructor(
        private readonly title: string,
        private readonly print: (line: string) => void,
    ) {}

    update({ finished, changed }: { finished: number; changed: number }): void {
        if (Date.now() - this.#last < interval) return;
        this.#last = Date.now();
        const elapsed = Math.round((this.#last - this.#started) / 1000);
        this.#say(`${finished} resources seen, ${changed} changing (${elapsed} s)`);
    }

    finish(run: EngineRun): void {
        const { violations, unlooked, changes, seconds } = run;
        const policies = [count(violations.length, "violation"), unlooked.length > 0 ? `${unlooked.length} unlooked` : ""].filter(Boolean);
        const steps = Object.entries(changes).map(([op, number]) => `${number} ${op}`);
        this.#say(`${steps.join(", ") || "nothing"} (${seconds.toFixed(1)} s; ${policies.join(", ")})`);
    }

    #say(text: string): void {
        const line = `${this.title}: ${text}`;
        this.print(line.length > width ? `${line.slice(0, width - 1)}…` : line);
    }
}

function count(number: number, noun: string): string {
    return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
