import type { Change } from "./provider";
import { isObject, same, type Properties, type Value } from "./values";

/**
 * The paths at which two sets of inputs differ, as deep as both sides are objects: "tags.Project",
 * "metadata.labels". Arrays count as one value. Keys that begin with "__" are the engine's own.
 */
export function differences(olds: Properties, news: Properties): Map<string, Change> {
    const changes = new Map<string, Change>();
    collect(changes, "", olds, news);
    return changes;
}

function collect(changes: Map<string, Change>, prefix: string, olds: Properties, news: Properties): void {
    for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
        const path =
            prefix + (/^[A-Za-z_][\w-]*$/.test(key) ? (prefix === "" ? key : `.${key}`) : `[${JSON.stringify(key)}]`);
        const [before, after] = [olds[key], news[key]];
        if (key.startsWith("__") || same(before, after)) {
            continue;
        }
        if (isObject(before) && isObject(after)) {
            collect(changes, path, before, after);
        } else {
            changes.set(path, kindOf(before, after));
        }
    }
}

function kindOf(before: Value, after: Value): Change {
    const absent = (value: Value) => value === undefined || value === null;
    return absent(before) ? "add" : absent(after) ? "delete" : "update";
}
