import { messageId, numberIn } from "./numberedMessages";

/**
 * A time for each numbered message of a run, by its identifier `<run>-<number>`: eight bytes a message, so that a run of
 * millions is counted and not held. Iterates by number.
 */
export class TimesByNumber implements ReadonlyMap<string, number> {
    private times = new Float64Array(1_024).fill(Number.NaN);
    private known = 0;
    private end = 0;

    constructor(private readonly run: string) {}

    get size(): number {
        return this.known;
    }

    /** Records the time of a message's number, once: a later time for the same number is ignored. */
    record(number: number, at: number): void {
        if (number >= this.times.length) {
            const grown = new Float64Array(Math.max(this.times.length * 2, number + 1)).fill(Number.NaN);
            grown.set(this.times);
            this.times = grown;
        }
        if (!Number.isNaN(this.times[number])) return;
        this.times[number] = at;
        this.known += 1;
        this.end = Math.max(this.end, number + 1);
    }

    get(id: string): number | undefined {
        const number = numberIn(this.run, id);
        const at = number === undefined ? undefined : this.times[number];
        return at === undefined || Number.isNaN(at) ? undefined : at;
    }

    has(id: string): boolean {
        return this.get(id) !== undefined;
    }

    /** The earliest time after that one; undefined if there is none yet. */
    firstAfter(after: number): number | undefined {
        let first: number | undefined;
        for (const at of this.values()) if (at > after && (first === undefined || at < first)) first = at;
        return first;
    }

    private *numbers(): MapIterator<number> {
        for (let number = 0; number < this.end; number++) if (!Number.isNaN(this.times[number])) yield number;
    }

    *entries(): MapIterator<[string, number]> {
        for (const number of this.numbers()) yield [messageId(this.run, number), this.times[number]!];
    }

    *keys(): MapIterator<string> {
        for (const number of this.numbers()) yield messageId(this.run, number);
    }

    *values(): MapIterator<number> {
        for (const number of this.numbers()) yield this.times[number]!;
    }

    [Symbol.iterator](): MapIterator<[string, number]> {
        return this.entries();
    }

    forEach(visit: (value: number, key: string, map: ReadonlyMap<string, number>) => void): void {
        for (const [id, at] of this) visit(at, id, this);
    }
}
