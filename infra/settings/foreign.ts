import { isFormer } from "./former";
import { nearest } from "./nearest";
import { only, type Values } from "./values";

/** Namespaces of the packages that the program loads, and the engine's own. Theirs is what stands below them. */
const packages: readonly string[] = ["pulumi", "aws", "eks", "kubernetes", "random", "policy"];

/** Values of a configuration below another project's name. */
export interface ForeignProject {
    readonly name: string;
    readonly values: Values;
}

/**
 * The projects whose name stands before keys of ours: the stack file of a project that was renamed, or a name misspelt. Any other namespace is a
 * package's, and nobody's business here: a project shows itself by a key that no package has, or by a name that is nearly the own one.
 */
export function foreignProjects(
    namespace: string,
    values: Values,
    /** The keys of a section, none of a setting that is no section, undefined for anything else. */
    keysOf: (name: string) => readonly string[] | undefined,
): ForeignProject[] {
    const byName = new Map<string, Record<string, unknown>>();
    for (const [key, value] of Object.entries(values)) {
        const colon = key.indexOf(":");
        const name = key.slice(0, colon);
        if (colon < 0 || name === namespace || packages.includes(name)) continue;
        byName.set(name, { ...byName.get(name), [key.slice(colon + 1)]: value });
    }
    return [...byName]
        .map(([name, all]) => ({ name, values: only(all, (key) => keysOf(key) !== undefined || isFormer([key])) }))
        .filter(
            ({ name, values: known }) =>
                Object.entries(known).some(([key, value]) => isTelling(key, value, keysOf)) ||
                (Object.keys(known).length > 0 && nearest(name, [namespace]) !== undefined),
        );
}

/** A key that no package has: the phase as a number, or a section with one of our keys in it. */
function isTelling(key: string, value: unknown, keysOf: (name: string) => readonly string[] | undefined): boolean {
    if (key === "phase") return Number.isInteger(value);
    if (key === "allowPhaseLowering" || key === "prometheusOperator") return typeof value === "boolean";
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const inner = keysOf(key) ?? [];
    return Object.keys(value).some((name) => inner.includes(name) || isFormer([key, name]));
}
