import type { ListrTask } from "listr2";
import type { RowText } from "./rowTexts";

/** Whether a row still changes, and how it stays if not. */
export type Outcome = "open" | "passed" | "failed" | "left out";

/** A row of the live view as a task of the library: open until its outcome is known. */
export class LiveRow {
    readonly task: ListrTask;
    #show: ((text: RowText) => void) | undefined;
    #settle: { readonly pass: () => void; readonly fail: (error: Error) => void } | undefined;

    constructor(
        private readonly text: () => RowText,
        private readonly outcome: () => Outcome,
    ) {
        this.task = {
            title: text().title,
            skip: () => outcome() === "left out",
            task: (_, task) =>
                new Promise<void>((pass, fail) => {
                    this.#settle = { pass, fail };
                    const shown = { title: task.title, output: "" };
                    // Everything that is set is drawn at once.
                    this.#show = ({ title, details }) => {
                        const output = details.join("\n");
                        if (title !== shown.title) task.title = title;
                        if (output !== shown.output) task.output = output === "" ? null : output;
                        Object.assign(shown, { title, output });
                    };
                    this.draw();
                }),
        };
    }

    draw(): void {
        if (this.#show === undefined) return;
        const text = this.text();
        this.#show(text);
        const outcome = this.outcome();
        if (outcome === "open") return;
        this.#show = undefined;
        // In the place of the title of a failed row the library shows its error.
        if (outcome === "failed") this.#settle?.fail(new Error([text.title, ...text.details].join("\n")));
        else this.#settle?.pass();
    }
}
