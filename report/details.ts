import type { DrillResult } from "./result";

/** Repeated measurements of one thing, for a plot. */
export interface Distribution {
    readonly title: string;
    readonly unit: string;
    readonly samples: readonly number[];
    /** The bound that they are held against, in the same unit. */
    readonly limit?: number;
}

/** A table of conditions and outcomes, as it was tested. */
export interface TruthTable {
    readonly title: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly string[])[];
}

type Open = Readonly<Record<string, unknown>>;

/**
 * The distributions in a drill's details: `distribution` or `distributions`, each a list of numbers, or
 * { title, unit, samples, limit } (seconds if it names no unit), or a list of those, or several by name.
 */
export function distributionsOf(details: DrillResult["details"] = {}): Distribution[] {
    return Object.entries(details)
        .filter(([key]) => /^distributions?$/i.test(key))
        .flatMap(([, value]) => readDistributions("distribution", value));
}

function readDistributions(title: string, value: unknown): Distribution[] {
    if (isNumbers(value)) return value.length > 0 ? [{ title, unit: "s", samples: value }] : [];
    if (Array.isArray(value)) return value.flatMap((item, index) => readDistributions(`${title} ${index + 1}`, item));
    if (!isOpen(value)) return [];
    const samples = value["samples"] ?? value["values"];
    if (isNumbers(samples)) {
        const limit = value["limit"];
        return [
            {
                title: text(value["title"]) ?? title,
                unit: text(value["unit"]) ?? "s",
                samples,
                limit: typeof limit === "number" ? limit : undefined,
            },
        ].filter((distribution) => distribution.samples.length > 0);
    }
    return Object.entries(value).flatMap(([name, item]) => readDistributions(words(name), item));
}

/** The truth tables in a drill's details: every entry with `truth` in its name, rows by column name or { title, columns, rows }; or several by name. */
export function truthTablesOf(details: DrillResult["details"] = {}): TruthTable[] {
    return Object.entries(details)
        .filter(([key]) => /truth/i.test(key))
        .flatMap(([key, value]) => readTables(words(key), value));
}

function readTables(title: string, value: unknown): TruthTable[] {
    if (Array.isArray(value)) {
        const rows = value.filter(isOpen);
        if (rows.some((row) => Array.isArray(row["rows"])))
            return rows.flatMap((row, index) => readTables(`${title} ${index + 1}`, row));
        const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
        return rows.length > 0
            ? [
                  {
                      title,
                      columns: columns.map(words),
                      rows: rows.map((row) => columns.map((column) => cell(row[column]))),
                  },
              ]
            : [];
    }
    if (!isOpen(value)) return [];
    if (!Array.isArray(value["rows"]))
        return Object.entries(value).flatMap(([name, item]) => readTables(words(name), item));
    const name = text(value["title"]) ?? title;
    const rows: unknown[] = value["rows"];
    if (!Array.isArray(value["columns"])) return readTables(name, rows);
    const columns = value["columns"].map(String);
    return [
        {
            title: name,
            columns,
            rows: rows.map((row) =>
                Array.isArray(row) ? row.map(cell) : columns.map((column) => cell(isOpen(row) ? row[column] : row)),
            ),
        },
    ];
}

function cell(value: unknown): string {
    if (value === undefined || value === null) return "–";
    if (typeof value === "boolean") return value ? "yes" : "no";
    return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** "lastClientOutage" → "last client outage". */
function words(key: string): string {
    return key
        .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
        .replace(/[-_]+/g, " ")
        .toLowerCase();
}

function text(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

function isNumbers(value: unknown): value is number[] {
    return Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isFinite(item));
}

function isOpen(value: unknown): value is Open {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
