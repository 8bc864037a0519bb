import { commandLine, readCommandLine, someOf, wholeNumber, type Read } from "../commandLine";

export interface BenchOptions {
    /** Samples of each figure, at least 5: fewer say nothing of the spread. Default 5. */
    readonly runs: number;
    /** Identifiers of the benchmarks to run. Default: all. */
    readonly only: readonly string[];
}

const leastRuns = 5;

/** Reads the command line. Throws a `UsageError` that names the option, the value and what is allowed. */
export function parseBenchOptions(argv: readonly string[], ids: readonly string[]): Read<BenchOptions> {
    const program = commandLine(
        "npm run bench --",
        "Measures and prints; rehearsal/out/bench.json has every sample. Nothing is asserted: figures depend on the machine, " +
            "which is named beside them.",
    )
        .option("--runs <N>", `samples of each figure, at least ${leastRuns}`, wholeNumber(leastRuns, 9_999), leastRuns)
        .option("--only <IDS>", `some of ${ids.join(", ")}`, someOf(ids));
    const read = readCommandLine<Partial<BenchOptions> & Pick<BenchOptions, "runs">>(program, argv);
    return "help" in read ? read : { options: { ...read.options, only: read.options.only ?? ids } };
}
