import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { contracts } from "./contracts";
import { formatDuration } from "../components/model/duration";

describe("contracts", () => {
    it("stand in docs/contracts.md with their limits, and no others do", () => {
        const page = readFileSync(path.join(__dirname, "../docs/contracts.md"), "utf8");
        const rows = page.split("\n").filter((line) => line.startsWith("| `"));
        const expected = Object.values(contracts).map(
            ({ id, title, kind, limit, from, source }) =>
                `| \`${id}\` | ${title} | ${kind} ${formatDuration(limit)} | ${from} | ${source} |`,
        );
        expect(rows).toEqual(expected);
    });

    it("have identifiers of their own", () => {
        const ids = Object.values(contracts).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
    });
});
