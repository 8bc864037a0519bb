import { Deployment, type DeployedResource } from "./deployment";
import { isObject, mapSecrets, secretValue } from "./secrets";

/** A step that a killed run began and of which nobody knows whether it was done. */
export interface PendingOperation {
    readonly operation: "creating" | "updating" | "deleting" | "reading" | "importing";
    readonly urn: string;
    readonly type: string;
    readonly inputs: Readonly<Record<string, any>>;
}

/** The engine's export of one stack, `pulumi stack export`, as far as it is read here. */
export interface RawExport {
    readonly version: number;
    readonly deployment: {
        readonly resources?: readonly Record<string, any>[];
        readonly pending_operations?: readonly { resource: Record<string, any>; type: PendingOperation["operation"] }[];
        readonly [other: string]: unknown;
    };
}

/** Checks the shape of an export. Throws an error that says what is missing. */
export function asRawExport(value: unknown): RawExport {
    if (!isObject(value) || !isObject(value.deployment))
        throw new Error(`an export of the engine has "version" and "deployment"; found ${summary(value)}`);
    const { resources, pending_operations: pending } = value.deployment;
    for (const [name, list] of Object.entries({ resources, pending_operations: pending })) {
        if (list !== undefined && list !== null && !Array.isArray(list))
            throw new Error(`"deployment.${name}" of an export is a list; found ${summary(list)}`);
    }
    return value as unknown as RawExport;
}

/** What a stack holds, from its export. Secrets are plain values if the export was decrypted (`--show-secrets`), else "[secret]". */
export function parseExport(stack: string, raw: unknown): Deployment {
    return new Deployment(
        stack,
        (asRawExport(raw).deployment.resources ?? []).filter((resource) => resource.delete !== true).map(toResource),
    );
}

/** The steps that a killed run left open. */
export function pendingOperations(raw: unknown): PendingOperation[] {
    return (asRawExport(raw).deployment.pending_operations ?? []).map(({ type: operation, resource }) => {
        const { urn, type, inputs } = toResource(resource);
        return { operation, urn, type, inputs };
    });
}

function toResource(resource: Record<string, any>): DeployedResource {
    return {
        urn: resource.urn,
        type: resource.type,
        name: String(resource.urn).split("::").slice(3).join("::"),
        custom: resource.custom === true,
        id: resource.id,
        parent: resource.parent,
        provider: resource.provider,
        protect: resource.protect === true,
        dependencies: resource.dependencies ?? [],
        inputs: reveal(resource.inputs),
        outputs: reveal(resource.outputs),
    };
}

function reveal(properties: unknown): Record<string, any> {
    return mapSecrets(properties ?? {}, (secret) => {
        const value = secretValue(secret);
        return isObject(value) || Array.isArray(value) ? mapSecrets(value, secretValue) : value;
    }) as Record<string, any>;
}

function summary(value: unknown): string {
    return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
}
