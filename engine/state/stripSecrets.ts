import { isObject, mapSecrets, secretValue, strippedSecret } from "./secrets";

/**
 * Lengths from which copies of a secret are looked for in plain values: as the whole value, and inside a longer one.
 * Below them a secret such as "no" or "cluster" would blot out half of the state.
 */
const shortest = { whole: 6, inside: 16 };

/**
 * The engine's export as it may be written down and shown: every secret replaced, encrypted or not, and every
 * copy of a decrypted secret that a provider put into a plain value. What belongs to the secrets key goes too.
 */
export function stripSecrets<T>(raw: T): T {
    const found = new Set<string>();
    const marked = mapSecrets(raw, (secret) => {
        if (secret.plaintext !== undefined) {
            collectStrings(secretValue(secret), found);
            found.add(secret.plaintext);
        }
        return strippedSecret;
    });
    const inside = [...found].filter((text) => text.length >= shortest.inside).sort((a, b) => b.length - a.length);
    const whole = new Set([...found].filter((text) => text.length >= shortest.whole));
    const blot = (text: string) =>
        whole.has(text)
            ? strippedSecret
            : inside.reduce((rest, secret) => rest.replaceAll(secret, strippedSecret), text);
    return withoutKey(whole.size === 0 ? marked : mapStrings(marked, blot)) as T;
}

function collectStrings(value: unknown, into: Set<string>): void {
    if (typeof value === "string") into.add(value);
    else if (Array.isArray(value)) value.forEach((item) => collectStrings(item, into));
    else if (isObject(value)) Object.values(value).forEach((item) => collectStrings(item, into));
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
    if (typeof value === "string") return change(value);
    if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]));
}

function withoutKey(raw: unknown): unknown {
    if (!isObject(raw) || !isObject(raw.deployment) || !isObject(raw.deployment.secrets_providers)) return raw;
    return {
        ...raw,
        deployment: { ...raw.deployment, secrets_providers: { type: raw.deployment.secrets_providers.type } },
    };
}
