import { known } from "./support";

/** A container image as some object names it. */
export interface ImageUse {
    /** "natsio/nats-box:0.19.7", with or without tag and digest. */
    readonly reference: string;
    /** Where in the object it stands: "spec.template.spec.containers[0].image". */
    readonly path: string;
}

/** Images of a Kubernetes object: `image` of anything in a `containers`, `initContainers` or `ephemeralContainers` list. */
export function imagesInManifest(value: unknown, path = ""): ImageUse[] {
    return walk(value, path, (node, at) => {
        if (!/(^|\.)(containers|initContainers|ephemeralContainers)\[\d+\]$/.test(at)) return [];
        return [{ reference: String(node.image ?? ""), path: `${at}.image` }];
    });
}

/**
 * Images in a chart's values: objects with a `repository` or a `tag` under a key that ends in "image", and plain strings
 * under such a key. A chart whose values name no image uses its own, which the chart's exact version pins.
 */
export function imagesInValues(value: unknown, path = "values"): ImageUse[] {
    return walk(value, path, (node, at) =>
        Object.keys(node).flatMap((key) => {
            if (!/image$/i.test(key)) return [];
            const inner = node[key];
            if (typeof inner === "string") return [{ reference: inner, path: `${at}.${key}` }];
            if (typeof inner !== "object" || inner === null) return [];
            const image = inner as Record<string, unknown>;
            if (image.repository === undefined && image.tag === undefined) return [];
            const digest = image.digest === undefined ? "" : `@${String(image.digest)}`;
            const tag = image.tag === undefined ? "" : `:${String(image.tag)}`;
            return [{ reference: `${String(image.repository ?? "chart's own")}${tag}${digest}`, path: `${at}.${key}` }];
        }),
    );
}

/** Why the reference is not pinned, as the end of a sentence; undefined if it is. */
export function describeImageFault(image: ImageUse): string | undefined {
    const { reference } = image;
    if (reference === "") return "is empty";
    if (/@sha256:[0-9a-f]{64}$/.test(reference)) return undefined;
    // A colon before the last slash belongs to the registry's port.
    const tag = /:([^:/]+)$/.exec(reference)?.[1];
    if (tag === undefined) return "has no tag";
    if (["latest", "stable", "main", "master", "edge"].includes(tag)) return `has the moving tag "${tag}"`;
    if (!/\d/.test(tag)) return `has the tag "${tag}", which names no version`;
    return undefined;
}

type Node = Record<string, unknown>;

function walk(value: unknown, path: string, visit: (node: Node, path: string) => ImageUse[]): ImageUse[] {
    if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, `${path}[${index}]`, visit));
    if (typeof value !== "object" || value === null) return [];
    const node = value as Node;
    const below = Object.keys(node).flatMap((key) =>
        walk(valueOf(node, key), path === "" ? key : `${path}.${key}`, visit),
    );
    return [...visit(node, path), ...below];
}

/**
 * A value that a preview does not know holds no image, unless an image or a list of containers is what it would be:
 * then the policy cannot look, and says so.
 */
function valueOf(node: Node, key: string): unknown {
    if (/(image|containers)$/i.test(key)) return node[key];
    return known(() => node[key])?.value;
}
