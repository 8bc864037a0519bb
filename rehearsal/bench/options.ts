import { parseArgs } from "node:util";

export interface BenchOptions {
    /** Samples of each figure, at least 5: fewer say nothing of the spread. Default 5. */
    readonly runs: number;
    /** Identifiers of the benchmarks to run. Default: all. */
    readonly only: readonly string[];
    readonly help: boolean;
}

export const leastRuns = 5;

export function usage(ids: readonly string[]): string {
    return `Usage: npm run bench -- [options]

Measures and prints; rehearsal/out/bench.json has every sample. Nothing is
asserted: figures depend on the machine, which is named beside them.

  --runs N     samples of each figure, at least ${leastRuns} (default ${leastRuns})
  --only IDS   some of ${ids.join(", ")}
  --help       this text
`;
}

/** Reads the command line. Throws an error for people that lists every mistake. */
export function parseBenchOptions(argv: readonly string[], ids: readonly string[]): BenchOptions {
    const { values } = parseArgs({
        args: [...argv],
        options: {
            runs: { type: "string", default: String(leastRuns) },
            only: { type: "string", default: ids.join(",") },
            help: { type: "boolean", default: false },
        },
    });
    const only = values.only.split(",").map((id) => id.trim());
    const unknown = only.filter((id) => !ids.includes(id));
    const issues = [
        ...(/^\d{1,4}$/.test(values.runs) && Number(values.runs) >= leastRuns
            ? []
            : [`--runs is "${values.runs}"; allowed: a whole number from ${leastRuns} to 9999.`]),
        ...(unknown.length === 0 ? [] : [`--only names "${unknown.join('", "')}"; allowed: ${ids.join(", ")}.`]),
    ];
    if (issues.length > 0) throw new Error(issues.join("\n"));
    return { runs: Number(values.runs), only, help: values.help };
}
