import Table from "cli-table3";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** Columns of the terminal report: fits the narrowest terminal and a CI log. */
export const lineWidth = 80;

/** A column of a table; the cells of a `right` one are figures. */
export interface Column {
    readonly title: string;
    readonly align?: "left" | "right";
}

/** Titles may run ahead, but no column is squeezed below this while another one has room. */
const narrowestColumn = 6;
const gap = "  ";

/**
 * Text that cannot steer a terminal: every control character and line separator (a server's log line may hold any) becomes a space,
 * and characters that reorder a line are dropped. Composed, as wrapping leaves it.
 */
export function plain(text: string): string {
    return text
        .replace(/[\p{Cc}\p{Zl}\p{Zp}]+|\p{Zs}/gu, " ")
        .replace(/\p{Cf}/gu, "")
        .normalize();
}

/** The lines of a text at most `width` wide; words longer than that are cut. */
export function wrap(text: string, width: number): string[] {
    const words = plain(text)
        .split(" ")
        .filter((part) => part !== "");
    return wrapAnsi(words.join(" "), width, { hard: true }).split("\n");
}

/** Wraps a text and indents its lines, those after the first by `hanging` more. */
export function indent(text: string, columns: number, hanging = 0): string[] {
    const [first = "", ...rest] = wrap(text, lineWidth - columns - hanging);
    return [" ".repeat(columns) + first, ...rest.map((line) => " ".repeat(columns + hanging) + line)];
}

/** A table as lines at most `lineWidth` wide, its first line the titles; cells that are too wide wrap, widest column first. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], margin = 2): string[] {
    const titles = columns.map(({ title }) => title);
    const cells = [titles, ...rows].map((row) => columns.map((_, index) => plain(row[index] ?? "")));
    const widths = columnWidths(
        columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index]!)))),
        lineWidth - margin - gap.length * (columns.length - 1),
    );
    const drawn = new Table({
        chars: bare,
        style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
        colAligns: columns.map(({ align = "left" }) => align),
    });
    // Wrapped beforehand: the library would cut a word that is wider than its column.
    drawn.push(...cells.map((row) => row.map((cell, index) => wrap(cell, widths[index]!).join("\n"))));
    return drawn
        .toString()
        .split("\n")
        .map((line) => " ".repeat(margin) + line.trimEnd());
}

/** No lines around the cells, and a gap between them. */
const bare = {
    ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
    ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
    ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: gap },
};

/** The library gives a column what it wants; that all of them fit the line is decided here. */
function columnWidths(natural: readonly number[], room: number): number[] {
    const widths = [...natural];
    for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess--) {
        const widest = widths.indexOf(Math.max(...widths));
        if ((widths[widest] ?? 0) <= narrowestColumn) break;
        widths[widest]! -= 1;
    }
    return widths;
}
