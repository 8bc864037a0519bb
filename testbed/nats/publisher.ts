import { jetstream, type JetStreamClient } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { setTimeout as delay } from "node:timers/promises";
import { numberedMessage } from "./numberedMessages";
import { TimesByNumber } from "./timesByNumber";

export interface PublisherOptions {
    /** Marks the identifiers of this run. */
    readonly run: string;
    /** The subject that clients know: "orders.rehearsal". */
    readonly subject: string;
    /** Messages that wait for their acknowledgement at the same time. @default 64 */
    readonly window?: number;
    /** Messages begun in a second, at most. @default as many as the window allows */
    readonly perSecond?: number;
    /** How long one try waits for its acknowledgement, in milliseconds. @default 1000 */
    readonly patienceMs?: number;
    readonly signal?: AbortSignal;
}

/** What became of the messages of a publisher. */
export interface PublisherAccount {
    /** The acknowledged identifiers, with the time of each acknowledgement (performance.now). */
    readonly acked: ReadonlyMap<string, number>;
    /** When the first try of each identifier began (performance.now). */
    readonly begunAt: ReadonlyMap<string, number>;
    /** Messages given up: sent perhaps, never acknowledged. */
    readonly unacked: ReadonlySet<string>;
    /** Failed tries by reason; each was made again with the same identifier. */
    readonly refusals: ReadonlyMap<string, number>;
}

/**
 * Publishes messages with known identifiers, and tries each one again with the same identifier until it is
 * acknowledged: what a careful client does. It never learns of servers or regions.
 */
export class Publisher implements PublisherAccount {
    readonly acked: TimesByNumber;
    readonly begunAt: TimesByNumber;
    readonly unacked = new Set<string>();
    readonly refusals = new Map<string, number>();
    private readonly js: JetStreamClient;
    private next = 0;
    private stopped = false;
    private abandoned = false;

    constructor(
        connection: NatsConnection,
        private readonly options: PublisherOptions,
    ) {
        this.js = jetstream(connection);
        this.acked = new TimesByNumber(options.run);
        this.begunAt = new TimesByNumber(options.run);
    }

    /** How many messages were begun. */
    get begun(): number {
        return this.next;
    }

    /** How many tries failed for reasons that match. */
    refusalsOf(reason: RegExp): number {
        return [...this.refusals].reduce((sum, [text, count]) => sum + (reason.test(text) ? count : 0), 0);
    }

    /** How many acknowledged messages were begun after that moment (performance.now). */
    ackedOfThoseBegunAfter(moment: number): number {
        let count = 0;
        for (const id of this.acked.keys()) if ((this.begunAt.get(id) ?? 0) > moment) count += 1;
        return count;
    }

    /** Publishes until `count` messages in all are acknowledged, or `stop` was called. */
    async run(count: number): Promise<void> {
        const startedAt = performance.now();
        const worker = async () => {
            while (!this.stopped && !this.options.signal?.aborted && this.next < count) {
                const number = this.next++;
                await this.pace(number, startedAt);
                await this.deliver(number);
            }
        };
        await Promise.all(Array.from({ length: this.options.window ?? 64 }, worker));
    }

    /** Begins no further message; those on their way are tried until they are acknowledged or `signal` aborts. */
    stop(): void {
        this.stopped = true;
    }

    /** Begins no further message and tries none again. */
    abandon(): void {
        this.stopped = true;
        this.abandoned = true;
    }

    private async pace(number: number, startedAt: number): Promise<void> {
        const { perSecond, signal } = this.options;
        if (perSecond === undefined) return;
        const early = startedAt + (number * 1000) / perSecond - performance.now();
        if (early > 0) await delay(early, undefined, { signal }).catch(() => undefined);
    }

    /** Tries one message until it is acknowledged. */
    private async deliver(number: number): Promise<void> {
        const { signal } = this.options;
        const message = numberedMessage(this.options.run, this.options.subject, number);
        this.unacked.add(message.id);
        this.begunAt.record(number, performance.now());
        while (!signal?.aborted && !this.abandoned) {
            try {
                await this.js.publish(message.subject, message.payload, {
                    msgID: message.id,
                    timeout: this.options.patienceMs ?? 1_000,
                    // One try a round: the reasons of all are counted.
                    retries: 1,
                });
                this.unacked.delete(message.id);
                this.acked.record(number, performance.now());
                return;
            } catch (error) {
                const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
                this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
                await delay(50, undefined, { signal }).catch(() => undefined);
            }
        }
    }
}

/** The longest time without an acknowledgement from `after` on, in seconds: when writes stopped, and when they went on. */
export function longestGap(
    times: Iterable<number>,
    after = Number.NEGATIVE_INFINITY,
): { seconds: number; from: number; until: number } {
    const sorted = [...times].sort((left, right) => left - right);
    let longest = { seconds: 0, from: after, until: after };
    sorted.forEach((until, index) => {
        const from = sorted[index - 1];
        if (from === undefined || until < after) return;
        const seconds = (until - from) / 1000;
        if (seconds > longest.seconds) longest = { seconds, from, until };
    });
    return longest;
}
