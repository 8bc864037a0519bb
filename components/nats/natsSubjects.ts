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

/** A destination as the subjects that it can become: a word that it takes from its source is any. */
export function destinationPattern(destination: string): string {
    return destination.replace(/\{\{[^}]*\}\}|\$\d+/g, "*");
}

/** Whether some subject matches both: "orders.*" and "orders.new.>" have none, "*.new" and "orders.>" have one. */
export function subjectsOverlap(one: string, other: string): boolean {
    const [words, others] = [one.split("."), other.split(".")];
    for (let index = 0; ; index += 1) {
        const [word, against] = [words[index], others[index]];
        if (word === undefined || against === undefined) return word === against;
        if (word === ">" || against === ">") return true;
        if (word !== against && word !== "*" && against !== "*") return false;
    }
}
