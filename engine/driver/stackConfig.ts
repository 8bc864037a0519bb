import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isMap, isScalar, parseDocument, type Document } from "yaml";
import type { EngineFolder } from "./engineFolder";

/** What binds a configuration file to a secrets key that is not ours. */
const keyBindings = ["secretsprovider", "encryptionsalt", "encryptedkey"];

/**
 * The configuration of one stack, in a copy that the engine may write to. It begins as the shipped Pulumi.<stack>.yaml;
 * encrypted values of the shipped file are left out, as their key is not here.
 */
export class StackConfig {
    readonly file: string;
    /** Keys of the shipped file that were left out because they are encrypted. */
    readonly leftOut: readonly string[];
    readonly #projectName: string;

    constructor(folder: EngineFolder, projectDir: string, stack: string) {
        const name = `Pulumi.${stack}.yaml`;
        this.#projectName = folder.projectName;
        this.file = path.join(folder.project, name);
        const former = existsSync(this.file) ? read(this.file) : undefined;
        const shipped = path.join(projectDir, name);
        const document = existsSync(shipped) ? read(shipped) : parseDocument("config: {}\n");
        keyBindings.forEach((key) => document.delete(key));
        const salt = former?.get("encryptionsalt");
        if (salt !== undefined) document.set("encryptionsalt", salt);
        this.leftOut = dropSecrets(document);
        write(this.file, document);
    }

    /** The value of a key; undefined if it is not set. A key without a namespace is the project's own. */
    get(key: string): unknown {
        const value = read(this.file).toJS()?.config?.[this.fullKey(key)];
        return value ?? undefined;
    }

    /** Sets a plain value: a string, a number, a boolean, a list or an object. */
    set(key: string, value: unknown): void {
        const document = read(this.file);
        document.setIn(["config", this.fullKey(key)], document.createNode(value));
        write(this.file, document);
    }

    /** Replaces all values; keys without a namespace are the project's own. */
    replace(values: Readonly<Record<string, unknown>>): void {
        const document = read(this.file);
        const entries = Object.entries(values).map(([key, value]) => [this.fullKey(key), value]);
        document.set("config", document.createNode(Object.fromEntries(entries)));
        write(this.file, document);
    }

    /** Gives up the salt of the secrets key, and with it what is encrypted. */
    dropKey(): void {
        const document = read(this.file);
        document.delete("encryptionsalt");
        dropSecrets(document);
        write(this.file, document);
    }

    /** The whole configuration as it is written. */
    text(): string {
        return readFileSync(this.file, "utf8");
    }

    fullKey(key: string): string {
        return key.includes(":") ? key : `${this.#projectName}:${key}`;
    }
}

function dropSecrets(document: Document): string[] {
    const config = document.get("config");
    if (!isMap(config)) return [];
    const secret = config.items.filter((item) => isMap(item.value) && item.value.has("secure"));
    const keys = secret.map(({ key }) => String(isScalar(key) ? key.value : key));
    keys.forEach((key) => config.delete(key));
    return keys;
}

function read(file: string): Document {
    const document = parseDocument(readFileSync(file, "utf8"));
    const [error] = document.errors;
    if (error) throw new Error(`${file} is not YAML: ${error.message}`);
    return document as Document;
}

function write(file: string, document: Document): void {
    writeFileSync(file, document.toString(), { mode: 0o600 });
}
