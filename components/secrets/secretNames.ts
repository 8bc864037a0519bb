/** What a secret may be called, for people. */
export const secretNameRule = "up to 512 letters, digits and /_+=.@-, not ending in a hyphen and six letters or digits";

/**
 * Whether a secret in Secrets Manager may have this name. A hyphen and six characters at its end look like the suffix that AWS adds to
 * every secret's ARN, and by part of its ARN another secret would be found (AWS documentation, CreateSecret).
 */
export function isSecretName(name: string): boolean {
    return /^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name) && !/-[A-Za-z0-9]{6}$/.test(name);
}
