import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { contracts, natsRpoByPhase } from "./contracts";
import { formatDuration } from "./duration";
import { phases } from "./phase";

describe("contracts", () => {
    it("stand in docs/contracts.md with their limits, and no others do", () => {
        const page = readFileSync(path.join(__dirname, "../docs/contracts.md"), "utf8");
        const rows = page.split("\n").filter((line) => line.startsWith("| `"));
        const expected = Object.values(contracts).map(
            ({ id, title, kind, limit, from, source }) => `| \`${id}\` | ${title} | ${kind} ${formatDuration(limit)} | ${from} | ${source} |`,
        );
        expect(rows).toEqual(expected);
    });

    it("have identifiers of their own", () => {
        const ids = Object.values(contracts).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
    });

    it("let NATS lose less in a later phase, never more", () => {
        const limits = phases.map((phase) => natsRpoByPhase[phase] ?? Number.POSITIVE_INFINITY);
        expect(limits).toEqual([...limits].sort((a, b) => b - a));
    });
});
