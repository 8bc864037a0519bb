/** Marks of the engine's export for values that are more than JSON (Pulumi's resource signatures). */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What stands for a secret in everything that is written down. */
export const strippedSecret = "[secret]";

/** Whether the value is a secret of the export, encrypted or not. */
function isSecret(value: unknown): value is { ciphertext?: string; plaintext?: string } {
    return isObject(value) && value[signatureKey] === secretSignature;
}

/** The value inside a secret of a decrypted export; the mark for a stripped secret if it is encrypted. */
export function secretValue(secret: { plaintext?: string }): unknown {
    return secret.plaintext === undefined ? strippedSecret : JSON.parse(secret.plaintext);
}

export function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy of the value with every secret in it, at any depth, replaced; a replacement is taken as it is. */
export function mapSecrets(
    value: unknown,
    replace: (secret: { ciphertext?: string; plaintext?: string }) => unknown,
): unknown {
    if (isSecret(value)) return replace(value);
    if (Array.isArray(value)) return value.map((item) => mapSecrets(item, replace));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapSecrets(item, replace)]));
}
