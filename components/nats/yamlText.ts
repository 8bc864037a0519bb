/** Plain values as YAML for people to read and merge: block style, every text in double quotes, so that none is taken for something else. */
export function yamlText(value: unknown): string {
    return `${lines(value).join("\n")}\n`;
}

function lines(value: unknown): string[] {
    if (Array.isArray(value)) {
        if (value.length === 0) return ["[]"];
        return value.flatMap((item) => lines(item).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`)));
    }
    if (typeof value !== "object" || value === null) return [JSON.stringify(value)];
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    if (entries.length === 0) return ["{}"];
    return entries.flatMap(([key, inner]) => {
        const name = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : JSON.stringify(key);
        const [first = "", ...rest] = lines(inner);
        const isBlock = typeof inner === "object" && inner !== null && Object.keys(inner).length > 0;
        return isBlock ? [`${name}:`, ...[first, ...rest].map((line) => `  ${line}`)] : [`${name}: ${first}`];
    });
}
