import type { SystemProfile } from "../../components/model/profile";
import type { Figure } from "./figure";

/** What a benchmark gets to work with. */
export interface BenchContext {
    readonly system: SystemProfile;
    /** Samples of each figure. */
    readonly runs: number;
    /** An empty folder for this benchmark alone. */
    readonly dir: string;
    /** A line for the person who watches. */
    readonly progress: (line: string) => void;
    /** Aborts when the person interrupts. */
    readonly signal: AbortSignal;
}

/** Measures figures that belong together. */
export interface Bench {
    readonly id: string;
    readonly title: string;
    readonly run: (context: BenchContext) => Promise<Omit<Figure, "command">[]>;
}

/**
 * Calls each of the measured functions in turn, `runs` times after a first round that does not count (caches fill);
 * gives the samples of each. Turns, because a machine is slow for minutes at a time.
 */
export async function inTurns<Name extends string>(
    measured: Readonly<Record<Name, () => Promise<number>>>,
    { runs, progress, signal }: BenchContext,
): Promise<Record<Name, number[]>> {
    const names = Object.keys(measured) as Name[];
    const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
    for (let run = 0; run <= runs; run++) {
        for (const name of names) {
            signal.throwIfAborted();
            const sample = await measured[name]();
            progress(`${name}, ${run === 0 ? "to warm up" : `run ${run} of ${runs}`}: ${sample.toFixed(2)}`);
            if (run > 0) samples[name].push(sample);
        }
    }
    return samples;
}

/** Seconds that something took. */
export async function timed(action: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await action();
    return (performance.now() - start) / 1000;
}
