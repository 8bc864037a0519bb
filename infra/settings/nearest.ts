/** The candidate that takes the fewest edits to become, if it is near enough to be a slip of the pen, or no further than `limit` edits. */
export function nearest<T extends string>(text: string, candidates: readonly T[], limit?: number): T | undefined {
    const [best] = candidates
        .map((candidate) => ({ candidate, distance: editDistance(text.toLowerCase(), candidate.toLowerCase()) }))
        .sort((one, other) => one.distance - other.distance);
    return best && best.distance <= (limit ?? Math.max(2, Math.floor(best.candidate.length / 3)))
        ? best.candidate
        : undefined;
}

/** Insertions, deletions and substitutions from one text to the other (Levenshtein). */
function editDistance(one: string, other: string): number {
    let row = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (const [line, letter] of [...one].entries()) {
        const next = [line + 1];
        for (const [column, otherLetter] of [...other].entries()) {
            next.push(
                Math.min(next[column]! + 1, row[column + 1]! + 1, row[column]! + (letter === otherLetter ? 0 : 1)),
            );
        }
        row = next;
    }
    return row[other.length]!;
}
