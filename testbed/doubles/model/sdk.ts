import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { installedFile } from "../wire/protobuf";
import type { CheckFailure } from "../wire/provider";
import { isObject, ResourceReference, Secret, Unknown, type Properties, type Value } from "../wire/values";
import { declarationsOf, type Declarations, type Fields, type PropertyType } from "./declarations";

/** What the SDK declares about a resource type. */
export interface DeclaredResource {
    readonly inputs: Fields;
    readonly outputs: Fields;
}

/**
 * Reads the declaration files of a Pulumi SDK package (the generated `.d.ts`), so that a double accepts
 * exactly the inputs that the installed version knows, without a list of its own that could go stale.
 */
export class Sdk {
    readonly #folder: string;
    readonly #resources = new Map<string, DeclaredResource | undefined>();
    #inputTypes: Declarations | undefined;

    /** @param npm the package's name: "@pulumi/aws" */
    constructor(npm: string) {
        this.#folder = dirname(installedFile(`${npm}/package.json`));
    }

    /** The declaration of a type token ("aws:s3/bucket:Bucket"); undefined if the SDK has no such resource. */
    resource(token: string): DeclaredResource | undefined {
        if (!this.#resources.has(token)) {
            this.#resources.set(token, this.#readResource(token));
        }
        return this.#resources.get(token);
    }

    /** What is wrong with inputs of this type: missing, unknown and mistyped properties, as deep as the SDK declares them. */
    check(token: string, inputs: Properties): CheckFailure[] {
        const declared = this.resource(token);
        return declared === undefined ? [] : this.#checkFields(declared.inputs, inputs, "");
    }

    #readResource(token: string): DeclaredResource | undefined {
        const [, module = "", name = ""] = token.split(":");
        const file = join(this.#folder, `${module.replace(/^index(\/|$)/, "") || lowerFirst(name)}.d.ts`);
        if (!existsSync(file)) {
            return undefined;
        }
        const declared = declarationsOf(file);
        const fieldsOf = (declaration: string) => declared[declaration]?.fields ?? new Map();
        return { inputs: fieldsOf(`${name}Args`), outputs: fieldsOf(name) };
    }

    /** A nested type by its name in the SDK: "inputs.s3.BucketGrant". */
    #type(name: string): Fields | undefined {
        this.#inputTypes ??= declarationsOf(join(this.#folder, "types/input.d.ts"));
        return this.#inputTypes[name.slice(name.indexOf(".") + 1)]?.fields;
    }

    #checkFields(fields: Fields, value: Properties, path: string): CheckFailure[] {
        const at = (key: string) => (path === "" ? key : `${path}.${key}`);
        const given = Object.keys(value).filter(
            (key) => value[key] !== undefined && value[key] !== null && !key.startsWith("__"),
        );
        const failures: CheckFailure[] = given
            .filter((key) => !fields.has(key))
            .map((key) => ({
                property: at(key),
                reason: `unknown property; known are: ${[...fields.keys()].sort().join(", ")}`,
            }));
        for (const [key, { required, type }] of fields) {
            if (given.includes(key)) {
                failures.push(...this.#checkValue(type, value[key], at(key)));
            } else if (required) {
                failures.push({ property: at(key), reason: "missing required property" });
            }
        }
        return failures;
    }

    #checkValue(type: PropertyType, value: Value, path: string): CheckFailure[] {
        if (value instanceof Secret) {
            return this.#checkValue(type, value.value, path);
        }
        if (value instanceof Unknown || value instanceof ResourceReference) {
            return [];
        }
        const wrong = (expected: string) => [
            { property: path, reason: `expected ${expected}, found ${describe(value)}` },
        ];
        switch (type.kind) {
            case "any":
            case "undefined":
                return [];
            case "string":
                // The bridged providers turn numbers and booleans into strings, and back.
                return typeof value === "object" ? wrong("a string") : [];
            case "number":
                return typeof value === "object" || Number.isNaN(Number(value)) ? wrong("a number") : [];
            case "boolean":
                return value === true || value === false || value === "true" || value === "false"
                    ? []
                    : wrong("true or false");
            case "literal":
                return String(value) === String(type.value) ? [] : wrong(JSON.stringify(type.value));
            case "array":
                return Array.isArray(value)
                    ? value.flatMap((one, index) => this.#checkValue(type.of, one, `${path}[${index}]`))
                    : wrong("a list");
            case "map":
                return isObject(value)
                    ? Object.entries(value).flatMap(([key, one]) => this.#checkValue(type.of, one, `${path}.${key}`))
                    : wrong("an object");
            case "object":
                return isObject(value) ? this.#checkFields(type.fields, value, path) : wrong("an object");
            case "reference": {
                const fields = this.#type(type.name);
                return fields === undefined ? [] : this.#checkValue({ kind: "object", fields }, value, path);
            }
            case "union":
                return this.#checkUnion(type.of, value, path);
        }
    }

    #checkUnion(of: readonly PropertyType[], value: Value, path: string): CheckFailure[] {
        const attempts = of.filter((one) => one.kind !== "undefined").map((one) => this.#checkValue(one, value, path));
        if (attempts.some((failures) => failures.length === 0)) {
            return [];
        }
        const literals = of.flatMap((one) => (one.kind === "literal" ? [one.value] : []));
        if (literals.length === of.filter((one) => one.kind !== "undefined").length) {
            return [{ property: path, reason: `expected one of ${literals.join(", ")}, found ${describe(value)}` }];
        }
        // The attempt that got deepest tells most.
        return (
            attempts.sort((left, right) => (right[0]?.property.length ?? 0) - (left[0]?.property.length ?? 0))[0] ?? []
        );
    }
}

function describe(value: Value): string {
    return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : typeof value;
}

function lowerFirst(text: string): string {
    return text.charAt(0).toLowerCase() + text.slice(1);
}
