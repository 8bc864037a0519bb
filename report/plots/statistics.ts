/** A bar of a histogram: how many samples lie in [from, to), in the last bar [from, to]. */
export interface Bin {
    readonly from: number;
    readonly to: number;
    readonly count: number;
}

/** The share of samples at or below a value. */
export interface Step {
    readonly value: number;
    readonly share: number;
}

const stepsOfTen = [1, 2, 2.5, 5, 10];

/** A histogram with round borders, about `wanted` bars. */
export function histogram(samples: readonly number[], wanted = 30): Bin[] {
    const sorted = samples.toSorted((a, b) => a - b);
    const [first = 0, last = 0] = [sorted[0], sorted[sorted.length - 1]];
    // Never narrower than what floating point can tell apart.
    const raw = Math.max(
        (last - first || Math.abs(first)) / wanted,
        Math.max(Math.abs(first), Math.abs(last)) * 1e-9,
        1e-9,
    );
    const magnitude = 10 ** Math.floor(Math.log10(raw));
    const size = (stepsOfTen.find((step) => step * magnitude >= raw) ?? 10) * magnitude;
    const start = Math.floor(first / size);
    const counts = new Array<number>(Math.max(1, Math.floor(last / size) - start + 1)).fill(0);
    for (const sample of sorted) counts[Math.min(counts.length - 1, Math.floor(sample / size) - start)]! += 1;
    return counts.map((count, index) => ({ from: (start + index) * size, to: (start + index + 1) * size, count }));
}

/** The empirical distribution function, thinned to at most `wanted` steps; its first and last samples always among them. */
export function cumulative(samples: readonly number[], wanted = 300): Step[] {
    const sorted = samples.toSorted((a, b) => a - b);
    const stride = Math.max(1, Math.ceil(sorted.length / wanted));
    return sorted
        .map((value, index) => ({ value, share: (index + 1) / sorted.length }))
        .filter((_, index) => index === 0 || index === sorted.length - 1 || (index + 1) % stride === 0);
}

/** The smallest sample that at least `share` of all samples do not exceed (nearest rank). */
export function quantile(samples: readonly number[], share: number): number {
    const sorted = samples.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
