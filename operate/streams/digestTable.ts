/**
 * Digests that were put in, and which of them were met: 17 bytes each, in an open hash table, where a `Set` of texts takes 150. It takes the
 * first 128 bits of a digest.
 */
export class DigestTable {
    private readonly slots: number;
    private readonly words: Uint32Array;
    private readonly met: Uint8Array;
    private held = 0;

    /** @param capacity how many digests it has room for; of its slots, a power of two, at most two thirds are taken */
    constructor(readonly capacity: number) {
        this.slots = 2 ** Math.ceil(Math.log2(Math.max(16, capacity * 1.5)));
        this.words = new Uint32Array(this.slots * 4);
        this.met = new Uint8Array(this.slots);
    }

    get size(): number {
        return this.held;
    }

    /** Equal digests count once. */
    add(digest: Buffer): void {
        const { slot, taken } = this.find(digest);
        if (taken) return;
        if (this.held >= this.capacity) throw new Error(`a table of ${this.capacity} digests is full`);
        for (let word = 0; word < 4; word += 1) this.words[slot * 4 + word] = digest.readUInt32LE(word * 4);
        this.held += 1;
    }

    /** Notes that the digest was met, if it is one of the table's. */
    meet(digest: Buffer): void {
        const { slot, taken } = this.find(digest);
        if (taken) this.met[slot] = 1;
    }

    /** Whether the digest was met since it was put in. */
    wasMet(digest: Buffer): boolean {
        return this.met[this.find(digest).slot] === 1;
    }

    clear(): void {
        this.words.fill(0);
        this.met.fill(0);
        this.held = 0;
    }

    private find(digest: Buffer): { readonly slot: number; readonly taken: boolean } {
        const wanted = [0, 4, 8, 12].map((offset) => digest.readUInt32LE(offset));
        for (let slot = wanted[0]! % this.slots; ; slot = (slot + 1) % this.slots) {
            const at = slot * 4;
            let empty = true;
            let equal = true;
            for (let word = 0; word < 4; word += 1) {
                empty &&= this.words[at + word] === 0;
                equal &&= this.words[at + word] === wanted[word];
            }
            if (equal || empty) return { slot, taken: !empty };
        }
    }
}
