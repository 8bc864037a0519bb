import { isObject } from "../../engine/state/secrets";

/** What clouds draw: UUIDs, addresses, and six or more hexadecimal digits that are no part of a word. */
const drawn = new RegExp(
    [
        /(?<![A-Za-z0-9])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![A-Za-z0-9])/,
        /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d./])|(?<=\b(?:ec2|ip)-)\d{1,3}(?:-\d{1,3}){3}(?!\d)/,
        /(?<![A-Za-z0-9])(?:(?:Z|AROA|AIPA)[0-9A-F]{10,}|[0-9a-f]{6,}|[0-9A-F]{8,})(?![A-Za-z0-9])/,
    ]
        .map(({ source }) => source)
        .join("|"),
    "g",
);

/** The number of an account is no draw. */
const isDraw = (text: string): boolean => !/^\d{12}$/.test(text);

/**
 * What a run drew, by where it came from first: "vpc-0d81ec0fea0009376" is "vpc-<network-vpc>" in every run. So a golden tells which
 * identifier stands where, and no run differs from another.
 */
export class Draws {
    readonly #labels = new Map<string, string>();

    /** Takes every draw in the value, whatever its depth, for one of that origin, unless it was met before. */
    learn(origin: string, value: unknown): void {
        let count = 0;
        eachText(value, (text) => {
            for (const [draw] of text.matchAll(drawn)) {
                if (this.#labels.has(draw) || !isDraw(draw)) continue;
                count += 1;
                this.#labels.set(draw, `<${origin}${count > 1 ? ` ${count}` : ""}>`);
            }
        });
    }

    /** A copy with the origin in place of each draw, keys in order. */
    replace(value: unknown): unknown {
        if (typeof value === "string") return value.replace(drawn, (draw) => this.#labels.get(draw) ?? draw);
        if (Array.isArray(value)) return value.map((item) => this.replace(item));
        if (!isObject(value)) return value;
        const entries = Object.entries(value).map(
            ([key, item]) => [this.replace(key) as string, this.replace(item)] as const,
        );
        return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
    }
}

function eachText(value: unknown, visit: (text: string) => void): void {
    if (typeof value === "string") visit(value);
    else if (Array.isArray(value)) value.forEach((item) => eachText(item, visit));
    else if (isObject(value))
        Object.keys(value)
            .sort()
            .forEach((key) => eachText(value[key], visit));
}
