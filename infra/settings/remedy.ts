/** What a value is that has no text of its own: it is set by its parts. */
export type Container = "list" | "object";

/** Whether a mistake is about a list or an object as a whole, by what zod wants there; a list of which the sum is wrong is one, too. */
export function containerOf(
    issue: { readonly code?: string; readonly expected?: string; readonly origin?: string },
    found: unknown,
): Container | undefined {
    if (issue.expected === "array" || issue.origin === "array" || Array.isArray(found)) return "list";
    return issue.expected === "object" || issue.expected === "record" ? "object" : undefined;
}

/** A setting's key as `pulumi config --path` reads it: "shop-dr:cluster.instanceTypes[0]", "shop-dr:standby.images.architectures[\"shop/api\"]". */
export function keyOf(namespace: string, [head = "", ...rest]: readonly PropertyKey[]): string {
    return `${namespace}:${String(head)}${rest.map(segment).join("")}`;
}

function segment(part: PropertyKey): string {
    if (typeof part === "number") return `[${part}]`;
    return /^[A-Za-z0-9_-]+$/.test(String(part)) ? `.${String(part)}` : `[${JSON.stringify(part)}]`;
}

/** The key as an argument of `pulumi config`, in quotes where a shell would take it for something else. */
export function argument(namespace: string, path: readonly PropertyKey[]): string {
    const key = keyOf(namespace, path);
    return `${path.length > 1 ? "--path " : ""}${/[[\]"]/.test(key) ? `'${key}'` : key}`;
}

/**
 * The command that sets a value. A list is set item by item: given as a whole it would be text. What is there and is no list, or no
 * object, has to go first, because Pulumi refuses a path through it.
 */
export function howToSet(
    stack: string,
    namespace: string,
    path: readonly PropertyKey[],
    found: unknown,
    wanted?: Container,
): string {
    const to = `--stack ${stack}`;
    const set = (inner: readonly PropertyKey[]) => `pulumi config set ${to} ${argument(namespace, inner)} <value>`;
    const remove = `pulumi config rm ${to} ${argument(namespace, path)}, then `;
    if (wanted === undefined) return `${isQuoted(path, found) ? remove : ""}${set(path)}`;
    const isThere = found !== undefined && (wanted === "list" ? !Array.isArray(found) : true);
    const first = isThere ? remove : "";
    return wanted === "list"
        ? `${first}${set([...path, 0])}, and so on with [1]`
        : `${first}pulumi config set ${to} --path ${keyOf(namespace, path)}.<key> <value>`;
}

/** A number or a truth value in quotes, inside a section: Pulumi keeps the quotes whatever is set there, so it has to go first. */
function isQuoted(path: readonly PropertyKey[], found: unknown): boolean {
    return path.length > 1 && typeof found === "string" && /^(true|false|-?\d+(\.\d+)?)$/.test(found);
}
