import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { differences, missing } from "./differences";
import { renamed } from "./renames";

const folder = path.join(__dirname, "recorded");

/** Set to 1, what is found is written down in place of being compared. */
const updates = () => process.env.UPDATE_GOLDENS === "1";

const howToUpdate =
    "If it is meant: add the name to rehearsal/goldens/renames.ts, or record anew with UPDATE_GOLDENS=1.";

/** Compares with what is recorded under the name, to the letter but for the renames. Throws an error with every difference that counts. */
export function expectGolden(name: string, found: unknown, counts: (difference: string) => boolean = () => true): void {
    const file = fileOf(name);
    if (updates()) return write(file, found);
    const wrong = differences(read(file), parse(text(found))).filter(counts);
    if (wrong.length > 0)
        throw new Error(`${name} differs from its golden in ${wrong.length} places:\n${shown(wrong)}\n${howToUpdate}`);
}

/** A list that only grows: throws an error with what is recorded under the name and was not found. More than that is welcome. */
export function expectOnRecord(name: string, found: readonly string[]): void {
    const file = fileOf(name);
    if (updates())
        return write(file, [...new Set([...((existsSync(file) ? read(file) : []) as string[]), ...found])].sort());
    const gone = missing(read(file) as string[], found);
    if (gone.length > 0) throw new Error(`${name}: ${gone.length} on record are gone:\n${shown(gone)}\n${howToUpdate}`);
}

function fileOf(name: string): string {
    return path.join(folder, `${name}.yaml`);
}

function read(file: string): unknown {
    if (!existsSync(file)) throw new Error(`${path.relative(folder, file)} is not recorded. ${howToUpdate}`);
    return parse(renamed(readFileSync(file, "utf8")), { maxAliasCount: -1 });
}

function write(file: string, found: unknown): void {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text(found));
}

/** Texts of several lines as they are: a reviewer reads scripts and configurations in the golden. */
function text(found: unknown): string {
    return stringify(found, { lineWidth: 0, aliasDuplicateObjects: false });
}

function shown(lines: readonly string[]): string {
    const most = 40;
    return [...lines.slice(0, most), ...(lines.length > most ? [`and ${lines.length - most} more`] : [])]
        .map((line) => `  - ${line}`)
        .join("\n");
}
