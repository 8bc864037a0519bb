import type { ForeignProject } from "./foreign";
import { isFormer, leavesOf, successorOf } from "./former";
import type { SettingsIssue } from "./issue";
import { nearest } from "./nearest";
import { argument, keyOf } from "./remedy";

type Path = readonly PropertyKey[];

/** Where a key was found that does not exist. */
export interface UnknownKey {
    readonly stack: string;
    readonly namespace: string;
    readonly path: Path;
    readonly value: unknown;
    /** Whether its value may not be shown. */
    readonly secret: boolean;
    /** The keys that its section has. */
    readonly known: readonly string[];
    /** Every key there is, with dots: "nats.backup.schedule". */
    readonly all: () => readonly string[];
}

/** What is to be done about it: a former key moves to its successor, a path that was set as a key becomes one, anything else gets the nearest key proposed. */
export function unknownKeyIssue(unknown: UnknownKey): SettingsIssue {
    const { stack, namespace, path, value, known } = unknown;
    const remove = `pulumi config rm --stack ${stack} ${argument(namespace, path)}`;
    const issue = { key: keyOf(namespace, path), found: "a key that does not exist" };
    const meant = intended(unknown);
    if (meant !== undefined) {
        const leaves = leavesOf(meant, value).flatMap((leaf) => {
            const target = isFormer(leaf.path) ? successorOf(leaf.path) : leaf.path;
            return target && leaf.value !== null ? [{ path: target, value: leaf.value }] : [];
        });
        return {
            ...issue,
            allowed: whatHolds(unknown, leaves),
            remedy: [...leaves.map((leaf) => howToMove(unknown, leaf)), remove].join(", then "),
        };
    }
    const name = String(path.at(-1));
    const same = known.find((key) => key.toLowerCase() === name.toLowerCase());
    const proposal = same ?? nearest(name, known, 1) ?? elsewhere(unknown) ?? nearest(name, known);
    return {
        ...issue,
        allowed: `the keys ${known.join(", ")}`,
        remedy: `${proposal ? `did you mean ${proposal}? ` : ""}${remove}`,
    };
}

/** The path that the person had in mind, if it is certain: a former key, or a path that Pulumi took for a key. */
function intended({ namespace, path, value, all }: UnknownKey): Path | undefined {
    if (isFormer(path)) return path;
    if (path.length > 1) return undefined;
    const name = String(path[0]);
    const exists = (asPath: Path) => {
        const dotted = asPath.filter((part) => typeof part === "string").join(".");
        return isFormer(asPath) || all().some((key) => key.replaceAll("[]", "") === dotted);
    };
    if (name === namespace && typeof value === "object" && value !== null)
        return Object.keys(value).every((key) => exists([key])) ? [] : undefined;
    const asPath = [...name.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));
    return asPath.length > 1 && exists(asPath) ? asPath : undefined;
}

function whatHolds({ namespace, path }: UnknownKey, leaves: readonly { readonly path: Path }[]): string {
    const places = leaves.map((leaf) => keyOf(namespace, leaf.path)).join(", ");
    if (isFormer(path))
        return leaves.length > 0 ? `moved to ${places}` : `moved to ${keyOf(namespace, successorOf(path) ?? [])}`;
    return path[0] === namespace
        ? `a colon after the project's name, not a dot: ${places}`
        : `${places}, which Pulumi takes for a path with --path only`;
}

function howToMove({ stack, namespace, secret }: UnknownKey, { path, value }: { path: Path; value: unknown }): string {
    return `pulumi config set --stack ${stack} ${secret ? "--secret " : ""}${argument(namespace, path)} ${secret ? "<value>" : quoted(value)}`;
}

/** A single value as a shell takes it for one word. */
function quoted(value: unknown): string {
    const text = String(value);
    return /^[A-Za-z0-9_.,:/@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A key of another section that is called the same. */
function elsewhere({ namespace, path, all }: UnknownKey): string | undefined {
    const name = String(path.at(-1)).toLowerCase();
    const found = all().filter((key) => !key.includes("[]") && key.split(".").at(-1)!.toLowerCase() === name);
    return found.length > 0 && found.length <= 3
        ? found.map((key) => keyOf(namespace, key.split("."))).join(" or ")
        : undefined;
}

/** What is to be done about keys with another project's name before them; one issue a key. */
export function foreignIssues(
    stack: string,
    namespace: string,
    projects: readonly ForeignProject[],
    own: Readonly<Record<string, unknown>>,
): SettingsIssue[] {
    return projects.flatMap(({ name, values }) =>
        Object.keys(values).map((key) => ({
            key: `${name}:${key}`,
            found: "a key of another project",
            allowed: `keys of this project begin with its name, ${namespace}:`,
            remedy: isSet(own[key])
                ? `pulumi config rm --stack ${stack} ${name}:${key} (${namespace}:${key} is set)`
                : `sed -i.bak 's/^\\( *\\)${name}:/\\1${namespace}:/' Pulumi.${stack}.yaml, or if an environment sets it, the same there`,
        })),
    );
}

/** Pulumi.yaml's own defaults are nothing that a person set. */
export function isSet(value: unknown): boolean {
    if (value === undefined || value === false) return false;
    return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}
