import type { Seconds } from "../../components/model/duration";

/** What a simulation needs of time. Handlers run one at a time, in order of time; equal times in order of `at` calls. */
export interface Clock {
    /** Seconds since the clock was made. */
    readonly now: Seconds;
    /** Runs `action` at that time; a time that has passed means as soon as possible. Returns a function that takes it back. */
    at(time: Seconds, action: () => void): () => void;
}

interface Entry {
    readonly time: Seconds;
    readonly order: number;
    readonly action: () => void;
    cancelled: boolean;
}

/** A discrete-event clock: nothing happens between events, so an hour takes as long as its events. */
export class VirtualClock implements Clock {
    now: Seconds = 0;
    /** Number of events run so far. */
    events = 0;
    private order = 0;
    private readonly heap: Entry[] = [];

    at(time: Seconds, action: () => void): () => void {
        const entry: Entry = { time: Math.max(time, this.now), order: this.order++, action, cancelled: false };
        push(this.heap, entry);
        return () => {
            entry.cancelled = true;
        };
    }

    /** Runs everything up to and including `time`, and leaves the clock there. */
    runUntil(time: Seconds): void {
        for (let next = this.heap[0]; next !== undefined && next.time <= time; next = this.heap[0]) {
            pop(this.heap);
            this.run(next);
        }
        this.now = Math.max(this.now, time);
    }

    /** Runs event by event until `done` holds; gives up after `limit` and says so by `undefined`. Returns the time. */
    runUntilTrue(done: () => boolean, limit: Seconds): Seconds | undefined {
        if (done()) return this.now;
        for (let next = this.heap[0]; next !== undefined && next.time <= limit; next = this.heap[0]) {
            pop(this.heap);
            this.run(next);
            if (done()) return this.now;
        }
        this.now = Math.max(this.now, limit);
        return undefined;
    }

    private run(entry: Entry): void {
        if (entry.cancelled) return;
        this.now = entry.time;
        this.events += 1;
        entry.action();
    }
}

/** The machine's own time, `scale` times as fast. Used where real packets and requests go over loopback. */
export class ScaledClock implements Clock {
    private readonly start = performance.now();
    private readonly timers = new Set<NodeJS.Timeout>();
    private stopped = false;

    constructor(readonly scale: number) {}

    get now(): Seconds {
        return ((performance.now() - this.start) / 1_000) * this.scale;
    }

    /** How many milliseconds of real time `duration` takes. */
    milliseconds(duration: Seconds): number {
        return (duration / this.scale) * 1_000;
    }

    at(time: Seconds, action: () => void): () => void {
        if (this.stopped) return () => undefined;
        let timer: NodeJS.Timeout;
        // A timer may fire a millisecond early, which is seconds of a fast clock.
        const run = () => {
            this.timers.delete(timer);
            if (this.now < time) arm();
            else action();
        };
        const arm = () => {
            timer = setTimeout(run, Math.max(0, this.milliseconds(time - this.now)));
            this.timers.add(timer);
        };
        arm();
        return () => {
            clearTimeout(timer);
            this.timers.delete(timer);
        };
    }

    /** Drops everything that has not run yet, and what answers on their way would still ask for: nothing repeats for ever. */
    stop(): void {
        this.stopped = true;
        for (const timer of this.timers) clearTimeout(timer);
        this.timers.clear();
    }
}

function earlier(left: Entry, right: Entry): boolean {
    return left.time < right.time || (left.time === right.time && left.order < right.order);
}

function push(heap: Entry[], entry: Entry): void {
    let index = heap.push(entry) - 1;
    while (index > 0) {
        const parent = (index - 1) >> 1;
        if (!earlier(entry, heap[parent]!)) break;
        heap[index] = heap[parent]!;
        index = parent;
    }
    heap[index] = entry;
}

function pop(heap: Entry[]): void {
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
        let child = index * 2 + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child += 1;
        if (!earlier(heap[child]!, last)) break;
        heap[index] = heap[child]!;
        index = child;
    }
    heap[index] = last;
}
