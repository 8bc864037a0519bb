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

/** Wrappers of the SDK that say nothing about the value. */
const transparent = new Set(["pulumi.Input", "pulumi.Output", "Promise"]);

/** Reads the members of an interface or class body as Pulumi's generated SDKs write them, comments included. */
export function parseFields(body: string): Fields {
    const reader = new Reader(body.replace(/\/\*[\s\S]*?\*\//g, " "));
    return reader.fields();
}

class Reader {
    readonly #tokens: string[];
    #at = 0;

    constructor(text: string) {
        this.#tokens = text.match(/"(?:[^"\\]|\\.)*"|[A-Za-z_$][\w$.]*|-?\d+(?:\.\d+)?|=>|[^\s]/g) ?? [];
    }

    fields(): Fields {
        const fields = new Map<string, Field>();
        while (this.#at < this.#tokens.length && this.#peek() !== "}") {
            const name = this.#next();
            if (name === "readonly" || name === "static") {
                continue;
            }
            this.#skip("!");
            const optional = this.#skip("?");
            if (!this.#skip(":")) {
                this.#skipMember();
                continue;
            }
            const type = this.#union();
            const canBeAbsent = optional || (type.kind === "union" && type.of.some((one) => one.kind === "undefined"));
            fields.set(name.replace(/^"|"$/g, ""), { required: !canBeAbsent, type });
            this.#skip(";");
        }
        return fields;
    }

    #union(): PropertyType {
        this.#skip("|");
        const of = [this.#postfix()];
        while (this.#skip("|")) {
            of.push(this.#postfix());
        }
        const flat = of.flatMap((type) => (type.kind === "union" ? type.of : [type]));
        return flat.length === 1 ? flat[0]! : { kind: "union", of: flat };
    }

    #postfix(): PropertyType {
        let type = this.#primary();
        while (this.#peek() === "[") {
            this.#at += 2;
            type = { kind: "array", of: type };
        }
        return type;
    }

    #primary(): PropertyType {
        const token = this.#next();
        if (token === "(") {
            const type = this.#union();
            this.#skip(")");
            return type;
        }
        if (token === "{") {
            return this.#object();
        }
        if (/^["\d-]/.test(token)) {
            return { kind: "literal", value: JSON.parse(token) as string | number };
        }
        const parameters = this.#parameters();
        if (transparent.has(token) && parameters[0] !== undefined) {
            return parameters[0];
        }
        switch (token) {
            case "string":
            case "number":
            case "boolean":
                return { kind: token };
            case "true":
            case "false":
                return { kind: "literal", value: token === "true" };
            case "undefined":
            case "null":
                return { kind: "undefined" };
        }
        return token.startsWith("inputs.") || token.startsWith("outputs.")
            ? { kind: "reference", name: token }
            : { kind: "any" };
    }

    #object(): PropertyType {
        if (this.#peek() === "[") {
            while (this.#next() !== "]") {
                // The key's name and type: always a string.
            }
            this.#skip(":");
            const of = this.#union();
            this.#skip(";");
            this.#skip("}");
            return { kind: "map", of };
        }
        const fields = this.fields();
        this.#skip("}");
        return { kind: "object", fields };
    }

    #parameters(): PropertyType[] {
        const parameters: PropertyType[] = [];
        if (this.#skip("<")) {
            do {
                parameters.push(this.#union());
            } while (this.#skip(","));
            this.#skip(">");
        }
        return parameters;
    }

    /** Leaves out a method or constructor, whose parameters are in round brackets. */
    #skipMember(): void {
        let depth = 0;
        for (
            let token = this.#next();
            this.#at < this.#tokens.length && (depth > 0 || token !== ";");
            token = this.#next()
        ) {
            depth += "({<".includes(token) ? 1 : ")}>".includes(token) ? -1 : 0;
        }
    }

    #peek(): string | undefined {
        return this.#tokens[this.#at];
    }

    #next(): string {
        return this.#tokens[this.#at++] ?? "";
    }

    #skip(token: string): boolean {
        const found = this.#peek() === token;
        this.#at += found ? 1 : 0;
        return found;
    }
}
