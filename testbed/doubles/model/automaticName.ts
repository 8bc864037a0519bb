import { createHash } from "node:crypto";
import type { Properties, Value } from "../wire/values";

/** What an automatic name is made from. */
export interface AutomaticNameArgs {
    /** Logical name. */
    readonly name: string;
    readonly property: string;
    /** The inputs of the last run: an automatic name is kept while the resource lives. */
    readonly olds: Properties;
    readonly randomSeed: Uint8Array;
    /** 255 unless told. */
    readonly maxLength?: number;
}

/** "<logical name>-<7 hexadecimal digits>", cut to what is allowed; the digits follow from the engine's seed. */
export function automaticName({ name, property, olds, randomSeed, maxLength = 255 }: AutomaticNameArgs): string {
    const before: Value = olds[property];
    if (typeof before === "string" && Array.isArray(olds.__defaults) && olds.__defaults.includes(property)) {
        return before;
    }
    const digits = createHash("sha256").update(randomSeed).update(name).digest("hex").slice(0, 7);
    return `${name.slice(0, maxLength - digits.length - 1)}-${digits}`;
}
