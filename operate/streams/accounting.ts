import { createHash } from "node:crypto";
import { AckPolicy, DeliverPolicy, jetstreamManager } from "@nats-io/jetstream";
import { createInbox, nanos, type Msg, type NatsConnection, type Subscription } from "@nats-io/transport-node";

/** What tells one message from another. */
export interface MessageIdentity {
    readonly seq: number;
    /** The publisher's `Nats-Msg-Id`. */
    readonly id?: string;
    /** Stream and sequence that it was sourced from: "ORDERS_MIRROR 17". */
    readonly source?: string;
    /** Hash of subject and payload. */
    readonly content: string;
    readonly subject: string;
    /** When it was stored, as its stream says. */
    readonly time: Date;
}

/** Heartbeats, one a second, after which a copy that says that it has more to send is taken for one that has not. */
const idleLimit = 20;

/**
 * Reads messages `from` (a sequence, or a time) … `to` of a stream, in order, with a consumer that leaves nothing behind. Answers the sequence
 * up to which it read: the copy that the consumer reads may lag behind the one that told `to`.
 *
 * The server pushes: pulling asks `CONSUMER.MSG.NEXT.<stream>`, which the standby's mappings turn to the mirror, so a
 * pull of the origin from there would read the wrong stream.
 */
export async function readIdentities(
    connection: NatsConnection,
    stream: string,
    from: number | Date,
    to: number,
    visit: (message: MessageIdentity) => void,
): Promise<number> {
    let reached = typeof from === "number" ? from - 1 : 0;
    if (to <= reached) return reached;
    const inbox = createInbox();
    const subscription = connection.subscribe(inbox);
    const manager = await jetstreamManager(connection, { timeout: 5_000, checkAPI: false });
    const consumer = await manager.consumers.add(stream, {
        ack_policy: AckPolicy.None,
        ...(typeof from === "number"
            ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(from, 1) }
            : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: from.toISOString() }),
        deliver_subject: inbox,
        flow_control: true,
        idle_heartbeat: nanos(1_000),
        inactive_threshold: nanos(30_000),
        mem_storage: true,
        num_replicas: 1,
    });
    const watchdog = silenceWatchdog(subscription, stream);
    let pending = consumer.num_pending;
    let idle = 0;
    try {
        for await (const message of subscription) {
            watchdog.heard();
            if (message.headers?.code === 100) {
                // With a reply it is flow control, and the server waits for the answer.
                if (message.reply) {
                    message.respond();
                    continue;
                }
                // A heartbeat. It also comes while the server waits for a reader that is slow or far away, and names that wait.
                const awaited = message.headers.get("Nats-Consumer-Stalled");
                if (awaited) connection.publish(awaited);
                idle += 1;
                if (pending === 0 || idle > idleLimit) break;
                continue;
            }
            const { seq, time, pending: left } = positionOf(message);
            pending = left;
            idle = 0;
            if (seq <= to) visit(identify(message, seq, time));
            reached = Math.min(seq, to);
            if (seq >= to) break;
        }
        watchdog.end();
        return reached;
    } finally {
        watchdog.stop();
        subscription.unsubscribe();
        await manager.consumers.delete(stream, consumer.name).catch(() => false);
    }
}

/** Ends a subscription that hears not even the heartbeat: its server is gone, and what was read is not all. */
function silenceWatchdog(subscription: Subscription, stream: string, patienceMs = 5_000) {
    let failed = false;
    const timer = setTimeout(() => {
        failed = true;
        subscription.unsubscribe();
    }, patienceMs);
    return {
        heard: () => void timer.refresh(),
        stop: () => clearTimeout(timer),
        end: () => {
            if (failed) throw new Error(`reading ${stream}: nothing was heard for ${patienceMs / 1000} s`);
        },
    };
}

/**
 * From the reply subject: $JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<consumer's sequence>.<nanoseconds>.<pending>, or the
 * longer form with domain and account.
 */
function positionOf(message: Msg): { seq: number; time: Date; pending: number } {
    const parts = (message.reply ?? "").split(".");
    const [seq, , nanoseconds, pending] = parts.slice(parts.length > 9 ? 7 : 5).map(Number);
    if (seq === undefined || !Number.isInteger(seq))
        throw new Error(`not a message of a stream: its reply subject is ${message.reply}`);
    return { seq, time: new Date((nanoseconds ?? 0) / 1_000_000), pending: pending ?? 0 };
}

function identify(message: Msg, seq: number, time: Date): MessageIdentity {
    const source = message.headers?.get("Nats-Stream-Source").split(" ").slice(0, 2).join(" ");
    return {
        seq,
        id: message.headers?.get("Nats-Msg-Id") || undefined,
        source: source || undefined,
        content: createHash("sha256").update(message.subject).update("\n").update(message.data).digest("base64"),
        subject: message.subject,
        time,
    };
}

/**
 * Which of the messages that the standby took itself are not in the origin yet. `lag: 0` proves nothing, so each one
 * is looked for: by where it was sourced from, or by its identifier, which the origin may have had already.
 */
export class TailComparison {
    /** Sequences in the standby, by what the origin would show for them. */
    private readonly missing = new Map<number, string | undefined>();
    private readonly sourced = new Set<number>();
    private readonly ids = new Set<string>();
    private readStandby: number;
    private readOrigin: number;
    private seen = 0;
    private readMirrored = false;

    constructor(
        private readonly connection: NatsConnection,
        private readonly standby: string,
        private readonly origin: string,
        /** Sequence of the last message that came by mirror. */
        private readonly lastMirrored: number,
    ) {
        this.readStandby = lastMirrored;
        this.readOrigin = lastMirrored;
    }

    /** Messages that the standby took itself, so far. */
    get tail(): number {
        return this.seen;
    }

    /** Reads what is new on both sides; answers how many of the standby's messages the origin lacks. */
    async refresh(): Promise<number> {
        const standby = await this.stateOf(this.standby);
        this.readStandby = await readIdentities(
            this.connection,
            this.standby,
            this.readStandby + 1,
            standby.last,
            ({ seq, id }) => {
                this.seen += 1;
                this.missing.set(seq, id);
            },
        );
        // A message of the standby that was not read would never be missed.
        if (this.readStandby < standby.last && standby.first <= standby.last) {
            throw new Error(`${this.standby}: read up to ${this.readStandby} of ${standby.last}`);
        }
        // Read after the standby, so that a message just copied is not missed.
        const origin = await this.stateOf(this.origin);
        this.readOrigin = await readIdentities(
            this.connection,
            this.origin,
            this.readOrigin + 1,
            origin.last,
            ({ id, source }) => {
                if (id) this.ids.add(id);
                const [stream, seq] = source?.split(" ") ?? [];
                if (stream?.split(":")[0] === this.standby) this.sourced.add(Number(seq));
            },
        );
        this.settle();
        if (!this.readMirrored && [...this.missing.values()].some((id) => id !== undefined)) {
            await this.readMirroredIds();
            this.settle();
        }
        return this.missing.size;
    }

    private settle(): void {
        for (const [seq, id] of this.missing) {
            if (this.sourced.has(seq) || (id !== undefined && this.ids.has(id))) this.missing.delete(seq);
        }
    }

    /**
     * The identifiers that the origin had before the takeover, as far back as it may remember them. A message of those
     * that was sent again to the standby is stored there a second time, and the origin drops it when it sources it.
     */
    private async readMirroredIds(): Promise<void> {
        const manager = await jetstreamManager(this.connection, { timeout: 5_000, checkAPI: false });
        const { config } = await manager.streams.info(this.origin);
        const last =
            this.lastMirrored > 0 ? await manager.streams.getMessage(this.origin, { seq: this.lastMirrored }) : null;
        this.readMirrored = true;
        if (!last) return;
        const windowMs = (config.duplicate_window ?? 0) / 1_000_000;
        const since = new Date(last.time.getTime() - windowMs - 60_000);
        await readIdentities(
            this.connection,
            this.origin,
            since,
            this.lastMirrored,
            ({ id }) => id && this.ids.add(id),
        );
    }

    private async stateOf(stream: string): Promise<{ first: number; last: number }> {
        const manager = await jetstreamManager(this.connection, { timeout: 5_000, checkAPI: false });
        const { state } = await manager.streams.info(stream);
        return { first: state.first_seq, last: state.last_seq };
    }
}

/** Where two streams that should be equal, sequence by sequence, are not. */
export interface StreamDifference {
    readonly compared: number;
    /** Sequences that only one side has, or that hold different messages. */
    readonly different: readonly number[];
}

/** Compares a mirror with its origin, sequence by sequence, from the later of the two beginnings (or `notBefore`) up to `to`. */
export async function compareStreams(
    connection: NatsConnection,
    origin: string,
    mirror: string,
    to: number,
    notBefore = 1,
): Promise<StreamDifference> {
    const manager = await jetstreamManager(connection, { timeout: 5_000, checkAPI: false });
    const first = await Promise.all(
        [origin, mirror].map(async (stream) => (await manager.streams.info(stream)).state.first_seq),
    );
    const from = Math.max(1, notBefore, ...first);
    const left = new Map<number, string>();
    const reached = await readIdentities(connection, origin, from, to, ({ seq, content, id }) =>
        left.set(seq, `${id} ${content}`),
    );
    if (from <= to && reached < to) throw new Error(`${origin}: read up to ${reached} of ${to}`);
    const compared = left.size;
    const different: number[] = [];
    const mirrored = await readIdentities(connection, mirror, from, to, ({ seq, content, id }) => {
        if (left.get(seq) !== `${id} ${content}`) different.push(seq);
        left.delete(seq);
    });
    // The copy that was read is behind: that is no difference.
    if (from <= to && mirrored < to) throw new Error(`${mirror}: read up to ${mirrored} of ${to}`);
    return { compared, different: [...different, ...left.keys()].sort((one, other) => one - other) };
}
