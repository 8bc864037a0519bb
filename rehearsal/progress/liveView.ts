import { DefaultRenderer, Listr, ListrLogger, ProcessOutput, type ListrTask } from "listr2";
import type { Durations } from "./durations";
import { secondsLeft } from "./estimate";
import { LiveRow, type Outcome } from "./liveRow";
import { clock, clockText, controlsText, drillsText, stageText } from "./rowTexts";
import { isOver, type RunState } from "./runState";

/** Milliseconds between two looks at the clock and at what was said. */
const interval = 500;

/** Where the rows are drawn, and the other stream of the same terminal. */
export interface Screen {
    readonly view: NodeJS.WriteStream;
    readonly other: NodeJS.WriteStream;
}

/** The view goes to standard error, as the lines do; standard output, which the library asks for, may be a file. */
class OnStandardError extends DefaultRenderer {
    static override nonTTY = true;
}

/**
 * The rows of a rehearsal on a terminal, drawn again as it goes on: phases one after the other, then drills, negative controls and the
 * clock. They fit 80 × 24. What else is written to the terminal meanwhile is kept, and follows when the view ends.
 */
export class LiveView {
    readonly #output: ProcessOutput;
    readonly #rows: readonly LiveRow[];
    readonly #timer: NodeJS.Timeout;
    readonly #shown: Promise<unknown>;
    #over = false;

    /** Shows a run whose plan is known. */
    constructor(
        private readonly run: RunState,
        private readonly last: Durations | undefined,
        { view, other }: Screen,
    ) {
        this.#output = new ProcessOutput(view, other, { leaveEmptyLine: false });
        const stages = run.steps("phase", "take-down").map((_, index) => this.#stage(index));
        const summaries = [
            ...(["drill", "control"] as const)
                .filter((kind) => run.steps(kind).length > 0)
                .map((kind) => this.#summary(kind)),
            this.#clock(),
        ];
        this.#rows = [...stages, ...summaries];
        const oneAfterTheOther: ListrTask = {
            task: (_, task) =>
                task.newListr(
                    stages.map((row) => row.task),
                    { concurrent: false },
                ),
        };
        const list = new Listr([oneAfterTheOther, ...summaries.map((row) => row.task)], {
            concurrent: true,
            exitOnError: false,
            // The rehearsal itself ends what it started.
            registerSignalListeners: false,
            renderer: OnStandardError,
            rendererOptions: {
                logger: new ListrLogger({ processOutput: this.#output }),
                formatOutput: "truncate",
                collapseSubtasks: false,
            },
        });
        process.once("exit", this.#restore);
        this.#timer = setInterval(() => this.draw(), interval);
        this.#shown = list.run();
    }

    draw(): void {
        for (const row of this.#rows) row.draw();
    }

    /** Leaves the rows as they are now, shows the cursor, and writes what was kept. */
    async end(): Promise<void> {
        this.#over = true;
        clearInterval(this.#timer);
        this.draw();
        await this.#shown;
        process.off("exit", this.#restore);
    }

    /** A process that ends beneath the view leaves a terminal that can be used. */
    readonly #restore = (): void => this.#output.release();

    /** A phase stays open for its drills, until the next one begins. */
    #stage(index: number): LiveRow {
        const stages = () => this.run.steps("phase", "take-down");
        const outcome = (): Outcome => {
            const { state } = stages()[index]!;
            const next = stages()[index + 1]?.state;
            if (state === "failed") return "failed";
            if (state === "passed" && (this.#over || (next !== undefined && next !== "waiting"))) return "passed";
            if (!this.#over) return "open";
            return state === "running" ? "failed" : "left out";
        };
        return new LiveRow(() => stageText(stages()[index]!, this.last, this.#over), outcome);
    }

    #summary(kind: "drill" | "control"): LiveRow {
        const text = kind === "drill" ? drillsText : controlsText;
        const outcome = (): Outcome => {
            const steps = this.run.steps(kind);
            if (steps.every(({ state }) => state === "passed")) return "passed";
            return this.#over || steps.every(isOver) ? "failed" : "open";
        };
        return new LiveRow(() => text(this.run.steps(kind), this.last), outcome);
    }

    #clock(): LiveRow {
        const text = () => {
            const steps = this.run.all();
            return this.#over || steps.every(isOver)
                ? clock(this.run.seconds)
                : clockText(this.run.seconds, secondsLeft(steps, this.last));
        };
        return new LiveRow(
            () => ({ title: text(), details: [] }),
            () => {
                if (!this.#over) return "open";
                return this.run.all().every(({ state }) => state === "passed") ? "passed" : "failed";
            },
        );
    }
}
