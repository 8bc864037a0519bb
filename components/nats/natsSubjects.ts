/** The words of a stream's subject before its wildcard: "orders" of "orders.>", "readings.raw" of "readings.raw.*". */
export function subjectRoot(subject: string): string {
    return subject.replace(/\.[>*]$/, "");
}

/** A subject without wildcards that the stream of `subject` stores: "orders.canary" of "orders.>". */
export function subjectOf(subject: string, word: string): string {
    return `${subjectRoot(subject)}.${word}`;
}

/**
 * A stream's subject as the destination of a mapping, a transform or a republish. The server refuses "*" there ("invalid subject",
 * 10156 and 10052): a destination names the words of its source by their number. ">" stays as it is.
 */
export function asDestination(subject: string): string {
    return subject.replace(/\*$/, "{{wildcard(1)}}");
}
