/** Every place in which two trees of plain data differ, as a path with what was recorded and what was found. */
export function differences(recorded: unknown, found: unknown, at = ""): string[] {
    if (Object.is(recorded, found)) return [];
    if (isUnordered(at) && Array.isArray(recorded) && Array.isArray(found)) {
        return differences(asSet(recorded), asSet(found), at);
    }
    if (!isTree(recorded) || !isTree(found) || Array.isArray(recorded) !== Array.isArray(found)) {
        return [`${at || "the whole"}: ${short(recorded)} recorded, ${short(found)} found`];
    }
    const keys = new Set([...Object.keys(recorded), ...Object.keys(found)]);
    return [...keys].flatMap((key) => differences(recorded[key], found[key], at === "" ? key : `${at} > ${key}`));
}

/** Dependencies are a set: they were recorded in the order of names that have changed since. */
function isUnordered(at: string): boolean {
    return / > (dependencies|propertyDependencies > [^>]+)$/.test(at);
}

function asSet(list: readonly unknown[]): Record<string, boolean> {
    return Object.fromEntries(list.map((entry) => [String(entry), true]));
}

/** What a list has lost since it was recorded. */
export function missing(recorded: readonly string[], found: readonly string[]): string[] {
    return recorded.filter((entry) => !found.includes(entry));
}

function isTree(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null;
}

function short(value: unknown): string {
    if (value === undefined) return "nothing";
    const text = JSON.stringify(value);
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
