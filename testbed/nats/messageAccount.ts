import type { NatsConnection } from "@nats-io/transport-node";
import { messageId, numberIn } from "./numberedMessages";
import type { PublisherAccount } from "./publisher";
import { readInto, type MessageReader, type StoredMessage } from "./streamReader";

/** Every message of a run, accounted for. */
export interface MessageAccount {
    readonly acked: number;
    /** Messages in the stream that belong to the run, duplicates included. */
    readonly stored: number;
    /** Acknowledged, and not in the stream. */
    readonly missing: readonly string[];
    /** In the stream more than once. */
    readonly duplicated: readonly string[];
    /** In the stream though never acknowledged: allowed, and named. */
    readonly storedUnacked: readonly string[];
    /** Stored with a payload other than the one that was sent. */
    readonly corrupted: number;
    /** Stored under a subject other than the one that was published to. */
    readonly misnamed: number;
    /** Acknowledged before another message was begun, and yet stored after it: no retry and no window explains that. */
    readonly outOfOrder: number;
}

/** Which run a publisher's messages belong to, and the subject that it published them to. */
export interface Run {
    readonly run: string;
    readonly subject: string;
}

type Published = Pick<PublisherAccount, "acked" | "begunAt">;

/** Compares what was acknowledged with what is stored, message by message: it keeps a byte for each number and no message. */
export class MessageTally implements MessageReader {
    private counts = new Uint8Array(1_024);
    private stored = 0;
    private corrupted = 0;
    private misnamed = 0;
    private outOfOrder = 0;
    private latestBegun = Number.NEGATIVE_INFINITY;

    constructor(
        private readonly publisher: Published,
        private readonly where: Run,
    ) {}

    take(message: StoredMessage): void {
        const { run, subject } = this.where;
        if (message.id === undefined) {
            this.corrupted += 1;
            return;
        }
        const number = numberIn(run, message.id);
        if (number === undefined) return;
        const { acked, begunAt } = this.publisher;
        if (message.subject !== subject) this.misnamed += 1;
        if ((acked.get(message.id) ?? Number.POSITIVE_INFINITY) < this.latestBegun) this.outOfOrder += 1;
        this.latestBegun = Math.max(this.latestBegun, begunAt.get(message.id) ?? this.latestBegun);
        this.count(number);
        this.stored += 1;
    }

    /** Whether a message of this identifier was taken. */
    has(id: string): boolean {
        const number = numberIn(this.where.run, id);
        return number !== undefined && (this.counts[number] ?? 0) > 0;
    }

    get account(): MessageAccount {
        return {
            acked: this.publisher.acked.size,
            stored: this.stored,
            missing: [...this.publisher.acked.keys()].filter((id) => !this.has(id)),
            duplicated: this.ids((count) => count > 1),
            storedUnacked: this.ids((_, id) => !this.publisher.acked.has(id)),
            corrupted: this.corrupted,
            misnamed: this.misnamed,
            outOfOrder: this.outOfOrder,
        };
    }

    /** Identifiers of the messages that fit, by how often each is stored. */
    private ids(fits: (count: number, id: string) => boolean): string[] {
        const found: string[] = [];
        for (const [number, count] of this.counts.entries()) {
            const id = messageId(this.where.run, number);
            if (count > 0 && fits(count, id)) found.push(id);
        }
        return found;
    }

    private count(number: number): void {
        if (number >= this.counts.length) {
            const grown = new Uint8Array(Math.max(this.counts.length * 2, number + 1));
            grown.set(this.counts);
            this.counts = grown;
        }
        this.counts[number] = Math.min(this.counts[number]! + 1, 255);
    }
}

/** Compares what was acknowledged with messages that were read already. */
export function accountFor(publisher: Published, stored: readonly StoredMessage[], where: Run): MessageAccount {
    const tally = new MessageTally(publisher, where);
    for (const message of stored) tally.take(message);
    return tally.account;
}

/** Reads a stream and compares it with what was acknowledged, without holding it. */
export function tallyStream(
    connection: NatsConnection,
    stream: string,
    publisher: Published,
    where: Run,
    options: { seconds?: number; signal?: AbortSignal } = {},
): Promise<MessageTally> {
    return readInto(connection, stream, () => new MessageTally(publisher, where), options);
}
