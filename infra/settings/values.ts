/** Values of a stack's configuration by their keys. */
export type Values = Readonly<Record<string, unknown>>;

/** A configuration as the engine hands it over, objects and scalars decoded; what is no JSON is text. */
export function decodedValues(texts: Readonly<Record<string, string>>): Values {
    return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, decode(text)]));
}

function decode(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

/** The values of the project's own namespace, by their keys without it. */
export function ownValues(namespace: string, values: Values): Values {
    const prefix = `${namespace}:`;
    const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
    return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

export function only(values: Values, keep: (key: string) => boolean): Values {
    return Object.fromEntries(Object.entries(values).filter(([key]) => keep(key)));
}

/** What stands at a path; undefined where the path leads through something that has no parts. */
export function at(value: unknown, path: readonly PropertyKey[]): unknown {
    return path.reduce<unknown>(
        (inner, key) =>
            typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
        value,
    );
}
