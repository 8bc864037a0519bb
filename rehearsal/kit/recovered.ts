/** One try of a client: when it ended, in seconds, and whether it was answered as it has to be. */
export interface Try {
    readonly at: number;
    readonly ok: boolean;
}

/** How long nothing may fail after the first success, for it to count as recovered; or until the drill ends. */
export const stableSeconds = 60;

/**
 * Seconds from a disruption until clients are served again for good: the first success after which nothing fails for 60 s, or until
 * the last try. 0 if nothing failed after the disruption; undefined if they never recovered, flapping included.
 */
export function recovery(tries: readonly Try[], disruptedAt: number, stable = stableSeconds): number | undefined {
    const after = tries.filter(({ at }) => at >= disruptedAt).toSorted((left, right) => left.at - right.at);
    if (after.length === 0) return undefined;
    const firstFailure = after.findIndex(({ ok }) => !ok);
    if (firstFailure < 0) return 0;
    const end = after.at(-1)!.at;
    for (let index = firstFailure; index < after.length; index++) {
        const { at, ok } = after[index]!;
        if (!ok) continue;
        const until = Math.min(at + stable, end);
        const fails = after.slice(index + 1).find((later) => !later.ok);
        if (fails === undefined || fails.at > until) return at - disruptedAt;
        index = after.indexOf(fails);
    }
    return undefined;
}
