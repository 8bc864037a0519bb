/**
 * Paths of the values that a chart was not found to know, among `known` ones such as "image.tag" and "resources.*": Helm takes any
 * key and does nothing with those that no template reads. `.*` marks a part that the chart passes on as it is.
 */
export function unknownKeys(values: unknown, known: ReadonlySet<string>, path = ""): string[] {
    if (known.has(path) || known.has(`${path}.*`)) return [];
    if (typeof values !== "object" || values === null || Array.isArray(values)) return [path];
    return Object.entries(values).flatMap(([key, inner]) =>
        unknownKeys(inner, known, path === "" ? key : `${path}.${key}`),
    );
}
