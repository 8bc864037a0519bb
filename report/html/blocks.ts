import { html, type Html } from "./html";

/** A column of a table: `figure` for numbers (right), `short` for text that should not wrap, `wide-only` for what a narrow screen can miss. */
export interface PageColumn {
    readonly title: string;
    readonly kind?: "figure" | "short" | "wide-only";
}

/** A table that scrolls by itself on a narrow screen; the first cell of each row is its heading. */
export function pageTable(
    name: string,
    columns: readonly PageColumn[],
    rows: readonly (readonly (Html | string)[])[],
): Html {
    const heads = columns.map(({ title, kind }) => html`<th scope="col" class="${kind}">${title}</th>`);
    const body = rows.map(
        (row) => html`<tr>${row.map((cell, index) => tableCell(cell, index, columns[index]?.kind))}</tr>`,
    );
    return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function tableCell(cell: Html | string, index: number, kind: PageColumn["kind"]): Html {
    return index === 0 ? html`<th scope="row" class="${kind}">${cell}</th>` : html`<td class="${kind}">${cell}</td>`;
}

/** A word in the colour of its tone; the word alone says it too. */
export function toned(passed: boolean, text: string): Html {
    return html`<span class="${passed ? "good-text" : "bad-text"}">${text}</span>`;
}

export function list(items: readonly string[]): Html {
    return items.length === 0
        ? html`<p class="quiet">nothing</p>`
        : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/** A section of the page under a heading that can be linked to. */
export function section(id: string, title: string, ...content: readonly (Html | undefined)[]): Html {
    return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content.filter((part) => part !== undefined)}</section>`;
}

/** A plot with what it shows in words, for who cannot see it. */
export function figure(kind: "wide" | "half", description: string, plot: Html, caption?: Html): Html {
    const legend = caption === undefined ? undefined : html`<figcaption>${caption}</figcaption>`;
    return html`<figure class="${kind}"><div class="scroll" role="img" aria-label="${description}" tabindex="0">${plot}</div>${legend}</figure>`;
}
