/** Sequences of one page: 8 KiB of bits. */
const pageLength = 65_536;

/**
 * A set of sequences, a bit each: a million in a row take 128 KiB, where a `Set` takes 40 MB. A page that holds none takes nothing.
 */
export class SequenceSet {
    private readonly pages = new Map<number, { readonly bits: Uint32Array; held: number }>();
    private held = 0;

    get size(): number {
        return this.held;
    }

    add(seq: number): void {
        const number = Math.floor(seq / pageLength);
        let page = this.pages.get(number);
        if (!page) this.pages.set(number, (page = { bits: new Uint32Array(pageLength / 32), held: 0 }));
        const { word, bit } = placeOf(seq);
        if ((page.bits[word]! & bit) !== 0) return;
        page.bits[word]! |= bit;
        page.held += 1;
        this.held += 1;
    }

    has(seq: number): boolean {
        const { word, bit } = placeOf(seq);
        return ((this.pages.get(Math.floor(seq / pageLength))?.bits[word] ?? 0) & bit) !== 0;
    }

    delete(seq: number): boolean {
        if (!this.has(seq)) return false;
        const number = Math.floor(seq / pageLength);
        const page = this.pages.get(number)!;
        const { word, bit } = placeOf(seq);
        page.bits[word]! &= ~bit;
        page.held -= 1;
        this.held -= 1;
        if (page.held === 0) this.pages.delete(number);
        return true;
    }

    /** The least sequence of the set that is not below `seq`. */
    next(seq: number): number | undefined {
        for (const number of [...this.pages.keys()].sort((one, other) => one - other)) {
            const first = number * pageLength;
            for (let at = Math.max(seq, first); at < first + pageLength; at += 1) if (this.has(at)) return at;
        }
        return undefined;
    }
}

function placeOf(seq: number): { readonly word: number; readonly bit: number } {
    const at = seq % pageLength;
    return { word: at >>> 5, bit: 1 << (at & 31) };
}
