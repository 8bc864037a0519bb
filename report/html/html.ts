/** Markup that is safe to put into a page as it is. Only `html`, `markup` and `join` make it. */
export class Html {
    constructor(readonly text: string) {}
}

type Part = Html | string | number | undefined | readonly Html[];

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as a page shows it: markup has no effect in it, neither between tags nor in a quoted attribute. */
export function escape(text: string): string {
    return text
        .replace(/[&<>"']/g, (character) => entities[character] ?? character)
        .replace(/(?![\n\t])\p{Cc}/gu, "\u{fffd}");
}

/** A template whose values are escaped unless they are markup already, so that forgetting is not possible. `undefined` is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
    return new Html(strings.map((string, index) => string + render(values[index])).join(""));
}

/** Declares a string that this project made itself, a plot or a style sheet, to be markup. */
export function markup(text: string): Html {
    return new Html(text);
}

function render(part: Part): string {
    if (part === undefined) return "";
    if (part instanceof Html) return part.text;
    if (typeof part === "object") return part.map(render).join("\n");
    return escape(String(part));
}
