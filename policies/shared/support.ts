import { UnknownValueError, type ResourceValidationArgs } from "@pulumi/policy";

/** Whether the type token belongs to the AWS provider; the provider resource itself does not. */
export function isAwsResource(type: string): boolean {
    return type.startsWith("aws:");
}

/**
 * Reads a property that a preview may not know yet. An unknown one is reported by the caller as such, instead of
 * letting the whole policy turn into one advisory line.
 */
export function known<T>(read: () => T): { readonly value: T } | undefined {
    try {
        return { value: read() };
    } catch (error) {
        if (error instanceof UnknownValueError) return undefined;
        throw error;
    }
}

/** Inputs of a provider come as strings where they are objects: "{\"tags\":{…}}". */
export function providerObject(args: ResourceValidationArgs, property: string): Record<string, any> | undefined {
    const value: unknown = args.provider?.props[property];
    if (typeof value === "string") return JSON.parse(value);
    return typeof value === "object" && value !== null ? (value as Record<string, any>) : undefined;
}
