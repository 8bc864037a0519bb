import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { struct } from "./protobuf";

/** The key under which the engine marks a value that is more than JSON, and the marks (pulumi/sdk, "well-known signatures"). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const signatures = {
    secret: "1b47061264138c4ac30d75fd1eb44270",
    resource: "5cf8f73096256a8f31e491e813e4eb8e",
    output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
} as const;

/** What the engine sends for a value it does not know yet, one string a kind of value. */
const unknownStrings = new Set([
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string, or of no particular kind
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
    "030794c1-ac77-496b-92df-f27374a8bd58", // asset
    "e48ece36-62e2-4504-bad9-02848725956a", // archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** A value that is known only after the resources it depends on exist. */
export class Unknown {
    readonly kind = "unknown";
}

export const unknown = new Unknown();

/** A value that must never be shown. */
export class Secret {
    constructor(readonly value: Value) {}
}

/** A whole resource handed over as a value. */
export class ResourceReference {
    constructor(
        readonly urn: string,
        readonly id: Value,
        readonly version: string = "",
    ) {}
}

/** JSON plus what the engine adds to it. Assets and archives stay the marked objects that the engine sends. */
export type Value = any;
export type Properties = Record<string, Value>;

export function isObject(value: Value): value is Record<string, Value> {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !isMark(value);
}

function isMark(value: Value): boolean {
    return value instanceof Unknown || value instanceof Secret || value instanceof ResourceReference;
}

/** Applies `change` to every entry of an object or array, one level deep. */
function mapEntries(value: Value, change: (entry: Value) => Value): Value {
    if (Array.isArray(value)) {
        return value.map(change);
    }
    if (isObject(value)) {
        return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, change(entry)]));
    }
    return value;
}

/** Reads properties as the engine sends them. */
export function decode(properties: Struct | undefined): Properties {
    return properties === undefined ? {} : decodeValue(properties.toJavaScript());
}

function decodeValue(value: Value): Value {
    if (typeof value === "string") {
        return unknownStrings.has(value) ? unknown : value;
    }
    if (isObject(value)) {
        switch (value[signatureKey]) {
            case signatures.secret:
                return new Secret(decodeValue(value.value));
            case signatures.resource:
                return new ResourceReference(value.urn, decodeValue(value.id ?? ""), value.packageVersion);
            case signatures.output: {
                const content = "value" in value ? decodeValue(value.value) : unknown;
                return value.secret === true ? new Secret(content) : content;
            }
        }
    }
    return mapEntries(value, decodeValue);
}

/** Writes properties as the engine reads them; entries that are undefined are left out. */
export function encode(properties: Properties): Struct {
    return struct.Struct.fromJavaScript(encodeValue(properties));
}

function encodeValue(value: Value): Value {
    if (value instanceof Unknown) {
        return [...unknownStrings][0];
    }
    if (value instanceof Secret) {
        return { [signatureKey]: signatures.secret, value: encodeValue(value.value) };
    }
    if (value instanceof ResourceReference) {
        const { urn, id, version } = value;
        return { [signatureKey]: signatures.resource, urn, id: encodeValue(id), packageVersion: version };
    }
    if (isObject(value)) {
        return Object.fromEntries(
            Object.entries(value)
                .filter(([, entry]) => entry !== undefined)
                .map(([key, entry]) => [key, encodeValue(entry)]),
        );
    }
    return mapEntries(value === undefined ? null : value, encodeValue);
}

/** The value with all secret wrappers taken off; unknowns stay. */
export function plain(value: Value): Value {
    return value instanceof Secret ? plain(value.value) : mapEntries(value, plain);
}

function some(value: Value, test: (part: Value) => boolean): boolean {
    if (test(value)) {
        return true;
    }
    if (value instanceof Secret) {
        return some(value.value, test);
    }
    const parts = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
    return parts.some((part) => some(part, test));
}

export const hasUnknown = (value: Value): boolean => some(value, (part) => part instanceof Unknown);
export const hasSecret = (value: Value): boolean => some(value, (part) => part instanceof Secret);

/** Every secret string in the value, longer ones first. */
export function secretStrings(value: Value): string[] {
    const found: string[] = [];
    some(value, (part) => {
        if (part instanceof Secret) {
            some(plain(part), (leaf) => {
                if (typeof leaf === "string" && leaf !== "") {
                    found.push(leaf);
                }
                return false;
            });
        }
        return false;
    });
    return found.sort((left, right) => right.length - left.length);
}

/** Whether two values are the same; a secret equals its plain value, an unknown equals nothing. */
export function same(left: Value, right: Value): boolean {
    if (left instanceof Secret || right instanceof Secret) {
        return same(left instanceof Secret ? left.value : left, right instanceof Secret ? right.value : right);
    }
    if (left instanceof Unknown || right instanceof Unknown) {
        return false;
    }
    if (left instanceof ResourceReference && right instanceof ResourceReference) {
        return left.urn === right.urn && same(left.id, right.id);
    }
    if (Array.isArray(left) && Array.isArray(right)) {
        return left.length === right.length && left.every((entry, index) => same(entry, right[index]));
    }
    if (isObject(left) && isObject(right)) {
        const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
        return [...keys].every((key) => same(left[key], right[key]));
    }
    return Object.is(left, right) || (left === undefined && right === null) || (left === null && right === undefined);
}
