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
 * Text that cannot steer a terminal: every control character (a server's log line may hold any) becomes a space,
 * and characters that reorder a line are dropped.
 */
export function plain(text: string): string {
    return text.replace(/\p{Cc}+/gu, " ").replace(/\p{Cf}/gu, "");
}

/** The lines of a text at most `width` wide; words longer than that are cut. */
export function wrap(text: string, width: number): string[] {
    const lines: string[] = [];
    let line = "";
    for (let word of plain(text)
        .split(" ")
        .filter((part) => part !== "")) {
        if (line !== "" && length(line) + 1 + length(word) <= width) {
            line = `${line} ${word}`;
            continue;
        }
        if (line !== "") lines.push(line);
        for (; length(word) > width; word = cut(word, width)) lines.push(cut(word, 0, width));
        line = word;
    }
    return line === "" && lines.length > 0 ? lines : [...lines, line];
}

/** Wraps a text and indents its lines, those after the first by `hanging` more. */
export function indent(text: string, columns: number, hanging = 0): string[] {
    const [first = "", ...rest] = wrap(text, lineWidth - columns - hanging);
    return [" ".repeat(columns) + first, ...rest.map((line) => " ".repeat(columns + hanging) + line)];
}

/** A table as lines at most `lineWidth` wide, its first line the titles; cells that are too wide wrap, widest column first. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], margin = 2): string[] {
    const body = rows.map((row) => row.map(plain));
    const widths = columnWidths(
        columns.map(({ title }, index) => Math.max(length(title), ...body.map((row) => length(row[index] ?? "")))),
        lineWidth - margin - gap.length * (columns.length - 1),
    );
    const lines = [columns.map(({ title }) => title), ...body].flatMap((row) => {
        const cells = widths.map((width, index) => wrap(row[index] ?? "", width));
        const height = Math.max(...cells.map((cell) => cell.length));
        return Array.from({ length: height }, (_, line) =>
            widths.map((width, index) => pad(cells[index]?.[line] ?? "", width, columns[index]?.align)).join(gap),
        );
    });
    return lines.map((line) => " ".repeat(margin) + line.trimEnd());
}

function columnWidths(natural: readonly number[], room: number): number[] {
    const widths = [...natural];
    for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess--) {
        const widest = widths.indexOf(Math.max(...widths));
        if ((widths[widest] ?? 0) <= narrowestColumn) break;
        widths[widest]! -= 1;
    }
    return widths;
}

function pad(text: string, width: number, align: Column["align"] = "left"): string {
    const space = " ".repeat(Math.max(0, width - length(text)));
    return align === "right" ? space + text : text + space;
}

/** Characters, not code units, so that a cut never leaves half a character. */
function length(text: string): number {
    return [...text].length;
}

function cut(text: string, from: number, to?: number): string {
    return [...text].slice(from, to).join("");
}
