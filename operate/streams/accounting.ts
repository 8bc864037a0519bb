import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { readMessages } from "./readMessages";
import { SequenceSet } from "./sequenceSet";

/** Messages of the standby whose identifiers are held at once, about 4 MB. */
const identifiersAtOnce = 16_384;
/** How far the clocks of two regions may differ. */
const clockDifferenceMs = 60_000;

/**
 * Which of the messages that the standby took itself are not in the origin yet. `lag: 0` proves nothing, so each one
 * is looked for: by where it was sourced from, or by its identifier, which the origin may have had already. A bit is held of each
 * message, and no more.
 */
export class TailComparison {
    private readonly missing = new SequenceSet();
    private readStandby: number;
    private readOrigin: number;
    /** The standby's message furthest on that the origin has sourced. */
    private lastSourced: number;
    private seen = 0;
    /** What there was to search when it was last searched in vain. */
    private searched = "";

    constructor(
        private readonly connection: NatsConnection,
        private readonly standby: string,
        private readonly origin: string,
        /** Sequence of the last message that came by mirror. */
        lastMirrored: number,
    ) {
        this.readStandby = lastMirrored;
        this.readOrigin = lastMirrored;
        this.lastSourced = lastMirrored;
    }

    /** Messages that the standby took itself, so far. */
    get tail(): number {
        return this.seen;
    }

    /** Reads what is new on both sides; returns how many of the standby's messages the origin lacks. */
    async refresh(): Promise<number> {
        const standby = await this.stateOf(this.standby);
        this.readStandby = await readMessages(
            this.connection,
            this.standby,
            this.readStandby + 1,
            standby.last,
            ({ seq }) => {
                this.seen += 1;
                this.missing.add(seq);
            },
        );
        // A message of the standby that was not read would never be missed.
        if (this.readStandby < standby.last && standby.first <= standby.last) {
            throw new Error(`${this.standby}: read up to ${this.readStandby} of ${standby.last}`);
        }
        // Read after the standby, so that a message just copied is not missed.
        const origin = await this.stateOf(this.origin);
        const before = this.lastSourced;
        this.readOrigin = await readMessages(
            this.connection,
            this.origin,
            this.readOrigin + 1,
            origin.last,
            ({ source }) => {
                const [stream, seq] = source?.split(" ") ?? [];
                if (stream?.split(":")[0] !== this.standby) return;
                this.missing.delete(Number(seq));
                this.lastSourced = Math.max(this.lastSourced, Number(seq));
            },
        );
        // Messages are sourced in order: while some arrive, those behind them may be on their way, and those before them are not.
        await this.findDropped(this.lastSourced > before ? this.lastSourced : this.readStandby);
        return this.missing.size;
    }

    /**
     * Looks for messages up to `to` that the origin dropped when it sourced them, because it had one of the same identifier. It remembers an
     * identifier for its duplicate window, so the other one lies in the origin from that long before the standby took its own.
     */
    private async findDropped(to: number): Promise<void> {
        const what = `${this.missing.size} ${to} ${this.readOrigin}`;
        if (this.missing.size === 0 || what === this.searched) return;
        const manager = await jetstreamManager(this.connection, { timeout: 5_000, checkAPI: false });
        const { config } = await manager.streams.info(this.origin);
        const windowMs = (config.duplicate_window ?? 0) / 1_000_000;
        let from = this.missing.next(1);
        while (from !== undefined && from <= to) {
            const last = Math.min(to, from + identifiersAtOnce - 1);
            const { wanted, since } = await this.identifiersOf(from, last);
            if (since) {
                const start = new Date(since.getTime() - windowMs - clockDifferenceMs);
                await readMessages(this.connection, this.origin, start, this.readOrigin, ({ id }) => {
                    for (const seq of (id !== undefined && wanted.get(id)) || []) this.missing.delete(seq);
                });
            }
            from = this.missing.next(last + 1);
        }
        this.searched = `${this.missing.size} ${to} ${this.readOrigin}`;
    }

    /** Identifiers of the missing messages among some of the standby's, and when it took the first of those that have one. */
    private async identifiersOf(
        from: number,
        to: number,
    ): Promise<{ wanted: ReadonlyMap<string, readonly number[]>; since: Date | undefined }> {
        const wanted = new Map<string, number[]>();
        const held = new SequenceSet();
        let since: Date | undefined;
        const reached = await readMessages(this.connection, this.standby, from, to, (message) => {
            held.add(message.seq);
            if (!this.missing.has(message.seq) || message.id === undefined) return;
            since ??= message.time;
            wanted.set(message.id, [...(wanted.get(message.id) ?? []), message.seq]);
        });
        // Expired, rolled up or above a limit: what the standby's own rules have removed, the origin need not have. What was not read is missing still.
        if (reached >= to)
            for (let seq = this.missing.next(from); seq !== undefined && seq <= to; seq = this.missing.next(seq + 1))
                if (!held.has(seq)) this.missing.delete(seq);
        return { wanted, since };
    }

    private async stateOf(stream: string): Promise<{ first: number; last: number }> {
        const manager = await jetstreamManager(this.connection, { timeout: 5_000, checkAPI: false });
        const { state } = await manager.streams.info(stream);
        return { first: state.first_seq, last: state.last_seq };
    }
}
