import { describe, expect, it } from "vitest";
import { readDeclarations } from "./declarations";

const fieldsOf = (text: string, name = "Args") => Object.fromEntries(readDeclarations(text)[name]!.fields);
const typeOf = (type: string) => fieldsOf(`export interface Args { one: ${type}; }`).one!.type;

describe("the declarations of an SDK", () => {
    it.each([
        ["string", { kind: "string" }],
        ["pulumi.Input<number>", { kind: "number" }],
        ["pulumi.Output<Promise<boolean>>", { kind: "boolean" }],
        ["pulumi.Input<pulumi.Input<string>[]>", { kind: "array", of: { kind: "string" } }],
        ["{ [key: string]: pulumi.Input<string> }", { kind: "map", of: { kind: "string" } }],
        ['"a" | -1 | true', { kind: "union", of: ["a", -1, true].map((value) => ({ kind: "literal", value })) }],
        ["'it''s'".replace("''", "\\'"), { kind: "literal", value: "it's" }],
        [
            "(string | (number | null))",
            { kind: "union", of: [{ kind: "string" }, { kind: "number" }, { kind: "undefined" }] },
        ],
        ["inputs.s3.BucketGrant[]", { kind: "array", of: { kind: "reference", name: "inputs.s3.BucketGrant" } }],
        ["pulumi.Input<enums.s3.CannedAcl>", { kind: "any" }],
        ["(one: string) => void", { kind: "any" }],
    ])("say of %s what it may hold", (text, type) => {
        expect(typeOf(text)).toEqual(type);
    });

    it("say what has to be there", () => {
        const fields = fieldsOf(
            "interface Args { one: string; two?: string; three: string | undefined; 'four-4': any }",
        );
        expect(Object.entries(fields).map(([name, { required }]) => [name, required])).toEqual([
            ["one", true],
            ["two", false],
            ["three", false],
            ["four-4", true],
        ]);
    });

    it("have nested objects, and types in namespaces by their whole names", () => {
        const text = `export declare namespace s3 { namespace inner { interface Grant { of: { deep?: number; }; } } }`;
        const fields = new Map([["deep", { required: false, type: { kind: "number" } }]]);
        expect(fieldsOf(text, "s3.inner.Grant").of!.type).toEqual({ kind: "object", fields });
    });

    it("have the properties of a class, without methods and comments", () => {
        const text = `export declare class Bucket extends pulumi.CustomResource {
            /** Not a: property; */
            static get(name: string, opts?: { a: string; }): Bucket;
            readonly arn: pulumi.Output<string>;
            constructor(name: string, args?: BucketArgs);
        }`;
        expect(Object.keys(fieldsOf(text, "Bucket"))).toEqual(["arn"]);
    });
});
