import { isObject, Unknown, type Value } from "../wire/values";

/** Something wrong with an object: the path as the API server writes it, and what. */
export interface SchemaFault {
    readonly path: string;
    readonly reason: string;
}

interface ValidationError {
    readonly instancePath: string;
    readonly message?: string;
    readonly params?: Record<string, unknown>;
}

type Validator = (this: unknown) => void;

const validators = new Map<string, Promise<Validator | undefined>>();

/** Whether Kubernetes itself has this kind. */
export async function isBuiltIn(apiVersion: string, kind: string): Promise<boolean> {
    return (await validatorOf(apiVersion, kind)) !== undefined;
}

/**
 * Checks an object against Kubernetes' published schema (the kept library kubernetes-models): types, enums,
 * formats, required fields, and fields that the schema does not know. Values not known yet are left out.
 * Undefined where Kubernetes has no such kind.
 */
export async function schemaFaults(manifest: Record<string, Value>): Promise<SchemaFault[] | undefined> {
    const validate = await validatorOf(String(manifest.apiVersion), String(manifest.kind));
    if (validate === undefined) {
        return undefined;
    }
    const looks = new Looks();
    const faults: SchemaFault[] = [];
    try {
        validate.call(looks.watch(manifest, ""));
    } catch (error) {
        const errors = (error as { errors?: ValidationError[] }).errors;
        if (errors === undefined) {
            throw error;
        }
        faults.push(
            ...errors
                .filter(({ instancePath }) => !reachesUnknown(manifest, instancePath))
                .map(({ instancePath, message = "is invalid", params }) => ({
                    path: dotted(instancePath),
                    reason: explain(message, params),
                })),
        );
    }
    return [...faults, ...looks.unread().map((path) => ({ path: dotted(path), reason: "unknown field" }))];
}

function validatorOf(apiVersion: string, kind: string): Promise<Validator | undefined> {
    const path = `kubernetes-models/${apiVersion}/${kind}`;
    let found = validators.get(path);
    if (found === undefined) {
        found = loadValidator(path, kind);
        validators.set(path, found);
    }
    return found;
}

async function loadValidator(path: string, kind: string): Promise<Validator | undefined> {
    if (!/^kubernetes-models\/[a-z0-9./]+\/[A-Za-z]+$/.test(path)) {
        return undefined;
    }
    try {
        const module = (await import(/* @vite-ignore */ path)) as Record<
            string,
            { apiVersion?: string; prototype: { validate: Validator } }
        >;
        const model = module[kind];
        // Parts such as PodSpec have a model too, but only kinds have an apiVersion.
        return model?.apiVersion === undefined ? undefined : model.prototype.validate;
    } catch (error) {
        const code = (error as { code?: string }).code ?? "";
        if (
            /MODULE_NOT_FOUND|PATH_NOT_EXPORTED/.test(code) ||
            /is not exported|Cannot find|Failed to (load|resolve)/.test((error as Error).message)
        ) {
            return undefined;
        }
        throw error;
    }
}

/**
 * The library's validators ignore fields that they do not know. So they are shown a proxy that notes which fields
 * they look at: what nobody looks at, in an object of which some field was looked at, is unknown. Free-form
 * objects (labels, ConfigMap data) are enumerated, or not looked into at all, and stay as they are.
 */
class Looks {
    readonly #watched: { target: object; path: string; read: Set<string>; enumerated: boolean }[] = [];

    watch(target: Value, path: string): Value {
        if (!isObject(target) && !Array.isArray(target)) {
            // What is not known yet must not stop the validator: its error is left out afterwards.
            return target;
        }
        const entry = { target, path, read: new Set<string>(), enumerated: Array.isArray(target) };
        this.#watched.push(entry);
        return new Proxy(target, {
            get: (object, key) => {
                const value = Reflect.get(object, key) as Value;
                if (typeof key !== "string") {
                    return value;
                }
                entry.read.add(key);
                return this.watch(value, `${path}/${key}`);
            },
            ownKeys: (object) => {
                entry.enumerated = true;
                return Reflect.ownKeys(object);
            },
        });
    }

    unread(): string[] {
        const readAt = new Map<string, Set<string>>();
        const enumerated = new Set<string>();
        for (const { path, read, enumerated: all } of this.#watched) {
            readAt.set(path, new Set([...(readAt.get(path) ?? []), ...read]));
            if (all) {
                enumerated.add(path);
            }
        }
        const targets = new Map(this.#watched.map(({ path, target }) => [path, target]));
        return [...targets].flatMap(([path, target]) => {
            const read = readAt.get(path)!;
            const isOpen = enumerated.has(path) || read.size === 0;
            const isUnread = (key: string) =>
                !read.has(key) && !isSchemaExtension(key) && (target as Record<string, Value>)[key] !== undefined;
            return isOpen
                ? []
                : Object.keys(target)
                      .filter(isUnread)
                      .map((key) => `${path}/${key}`);
        });
    }
}

/** The library's validators never look at these keywords of a custom resource's schema, though it declares them. */
function isSchemaExtension(key: string): boolean {
    return key.startsWith("x-kubernetes-");
}

function reachesUnknown(manifest: Value, pointer: string): boolean {
    let value = manifest;
    for (const step of pointer.split("/").slice(1)) {
        value = value?.[step.replace(/~1/g, "/").replace(/~0/g, "~")];
        if (value instanceof Unknown) {
            return true;
        }
    }
    return false;
}

function dotted(pointer: string): string {
    return pointer
        .split("/")
        .slice(1)
        .map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
        .join("")
        .replace(/^\./, "");
}

function explain(message: string, params: Record<string, unknown> | undefined): string {
    const allowed = params?.allowedValues;
    return Array.isArray(allowed) ? `${message}: ${allowed.join(", ")}` : message;
}
