/**
 * A rule's text with its values: `{name}` stands for the value of that name. The deployed gate fills the same texts in
 * (`natsGate/judge.awk`), so that a rule is written once.
 */
export function filled(text: string, values: Readonly<Record<string, unknown>>): string {
    return text.replace(/\{([a-z_]+)\}/g, (_, key: string) => String(values[key] ?? null));
}
