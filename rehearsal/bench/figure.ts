/** A measured figure: its runs, and what it should not exceed. */
export interface Figure {
    /** Stable identifier. */
    readonly id: string;
    readonly title: string;
    readonly unit: "s" | "×" | "%" | "MB" | "MB/s";
    /** One sample a run, in the order of the runs; at least one. */
    readonly samples: readonly number[];
    /** The most that the median should be. A figure without one is there for comparison. */
    readonly limit?: number;
    /** The command that makes this figure again. */
    readonly command: string;
}

/** Median, least and most of a figure's samples. */
export interface Summary {
    readonly median: number;
    readonly min: number;
    readonly max: number;
}

export function summarise(samples: readonly number[]): Summary {
    if (samples.length === 0) throw new Error("a figure needs at least one sample");
    const sorted = samples.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const [low, high] = [sorted[Math.ceil(middle) - 1] ?? Number.NaN, sorted[Math.floor(middle)] ?? Number.NaN];
    return { median: (low + high) / 2, min: sorted[0] ?? Number.NaN, max: sorted[sorted.length - 1] ?? Number.NaN };
}

/** Whether the median is within the limit; undefined for a figure without one. */
export function isWithin({ samples, limit }: Pick<Figure, "samples" | "limit">): boolean | undefined {
    return limit === undefined ? undefined : summarise(samples).median <= limit;
}

/** Sample by sample, how many times the base something took. The two are measured in turns, so that a slow minute hits both. */
export function ratios(samples: readonly number[], base: readonly number[]): number[] {
    if (samples.length !== base.length)
        throw new Error(`${samples.length} samples cannot be held against ${base.length}`);
    return samples.map((sample, index) => sample / (base[index] ?? Number.NaN));
}
