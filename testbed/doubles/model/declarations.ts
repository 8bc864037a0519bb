import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import type * as ts from "typescript";

/** What a property may hold, as far as a declaration file says it. */
export type PropertyType =
    | { readonly kind: "any" }
    | { readonly kind: "undefined" }
    | { readonly kind: "string" | "number" | "boolean" }
    | { readonly kind: "literal"; readonly value: string | number | boolean }
    | { readonly kind: "array" | "map"; readonly of: PropertyType }
    | { readonly kind: "union"; readonly of: readonly PropertyType[] }
    | { readonly kind: "object"; readonly fields: Fields }
    /** A type declared elsewhere: "inputs.s3.BucketGrant". */
    | { readonly kind: "reference"; readonly name: string };

export interface Field {
    readonly required: boolean;
    readonly type: PropertyType;
}

export type Fields = ReadonlyMap<string, Field>;

/** The interfaces and classes of a declaration file, by their names within it: "BucketArgs", "s3.BucketGrant". */
export type Declarations = Readonly<Record<string, { readonly fields: Fields }>>;

const folder = path.resolve(__dirname, "../../../node_modules/.cache/doubles");

/**
 * Reads a declaration file with the TypeScript compiler, once: what it declares is kept by the contents of the file and of this one, so that no later
 * process parses it again (an SDK's types are 5 MB and take the compiler half a second).
 */
export function declarationsOf(file: string): Declarations {
    const text = readFileSync(file, "utf8");
    const key = createHash("sha256").update(readFileSync(__filename)).update(text).digest("hex");
    const kept = path.join(folder, `${key}.json`);
    try {
        return JSON.parse(readFileSync(kept, "utf8"), (name, value) => (name === "fields" ? new Map(value) : value));
    } catch {
        // Not there, or half written by something that was killed: made again.
    }
    const declarations = readDeclarations(text);
    keep(
        kept,
        JSON.stringify(declarations, (_, value) => (value instanceof Map ? [...value] : value)),
    );
    return declarations;
}

function keep(file: string, text: string): void {
    try {
        mkdirSync(folder, { recursive: true });
        const draft = `${file}.${process.pid}`;
        writeFileSync(draft, text);
        renameSync(draft, file);
    } catch {
        // A read-only checkout: read anew by each process.
    }
}

/** Wrappers of the SDK that say nothing about the value. */
const transparent = new Set(["pulumi.Input", "pulumi.Output", "Promise"]);

/** What a declaration file declares. */
export function readDeclarations(text: string): Declarations {
    // Loaded only where something has to be read: it takes a third of a second.
    const compiler = createRequire(__filename)("typescript") as typeof ts;
    const declarations: Record<string, { fields: Fields }> = {};
    const file = compiler.createSourceFile("declarations.d.ts", text, compiler.ScriptTarget.Latest);
    for (const statement of file.statements) declare(statement, "");
    return declarations;

    function declare(node: ts.Node, within: string): void {
        if (compiler.isModuleDeclaration(node) && node.body && compiler.isModuleBlock(node.body)) {
            for (const statement of node.body.statements) declare(statement, `${within}${node.name.text}.`);
        } else if (compiler.isInterfaceDeclaration(node) || compiler.isClassDeclaration(node)) {
            declarations[`${within}${node.name?.text}`] = { fields: fieldsOf(node.members) };
        }
    }

    function fieldsOf(members: readonly (ts.TypeElement | ts.ClassElement)[]): Fields {
        const fields = new Map<string, Field>();
        for (const member of members) {
            const isProperty = compiler.isPropertySignature(member) || compiler.isPropertyDeclaration(member);
            if (!isProperty || !member.type) continue;
            const type = typeOf(member.type);
            const canBeAbsent =
                member.questionToken !== undefined ||
                (type.kind === "union" && type.of.some((one) => one.kind === "undefined"));
            fields.set((member.name as ts.Identifier | ts.StringLiteral).text, { required: !canBeAbsent, type });
        }
        return fields;
    }

    function typeOf(node: ts.TypeNode): PropertyType {
        if (compiler.isParenthesizedTypeNode(node)) return typeOf(node.type);
        if (compiler.isArrayTypeNode(node)) return { kind: "array", of: typeOf(node.elementType) };
        if (compiler.isLiteralTypeNode(node)) return literal(node.literal);
        if (compiler.isTypeReferenceNode(node)) return reference(node);
        if (compiler.isUnionTypeNode(node)) {
            const of = node.types.map(typeOf).flatMap((type) => (type.kind === "union" ? type.of : [type]));
            return { kind: "union", of };
        }
        if (compiler.isTypeLiteralNode(node)) {
            const index = node.members.find((member) => compiler.isIndexSignatureDeclaration(member));
            return index ? { kind: "map", of: typeOf(index.type) } : { kind: "object", fields: fieldsOf(node.members) };
        }
        switch (node.kind) {
            case compiler.SyntaxKind.StringKeyword:
                return { kind: "string" };
            case compiler.SyntaxKind.NumberKeyword:
                return { kind: "number" };
            case compiler.SyntaxKind.BooleanKeyword:
                return { kind: "boolean" };
            case compiler.SyntaxKind.UndefinedKeyword:
                return { kind: "undefined" };
        }
        return { kind: "any" };
    }

    function literal(node: ts.LiteralTypeNode["literal"]): PropertyType {
        if (node.kind === compiler.SyntaxKind.NullKeyword) return { kind: "undefined" };
        // "text", 1, -1, true: JSON, but for the quotes that a declaration may use.
        const written = compiler.isStringLiteral(node) ? JSON.stringify(node.text) : node.getText(file);
        return { kind: "literal", value: JSON.parse(written) as string | number | boolean };
    }

    function reference({ typeName, typeArguments }: ts.TypeReferenceNode): PropertyType {
        const name = typeName.getText(file);
        const [first] = typeArguments ?? [];
        if (transparent.has(name) && first) return typeOf(first);
        return /^(inputs|outputs)\./.test(name) ? { kind: "reference", name } : { kind: "any" };
    }
}
