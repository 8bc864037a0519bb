import { readFileSync } from "node:fs";
import path from "node:path";

/** The configurations that a document shows, in its order. */
export function configurationsOf(text: string): Readonly<Record<string, object>>[] {
    return [...text.matchAll(/```json\n([\s\S]+?)\n```/g)].map(([, json]) => JSON.parse(json!));
}

/** The configuration of another project in docs/policies.md. */
export function documentedProject(): Readonly<Record<string, object>> {
    const text = readFileSync(path.join(__dirname, "../../docs/policies.md"), "utf8");
    return configurationsOf(text).at(-1)!;
}
