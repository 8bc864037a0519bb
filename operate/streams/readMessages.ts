import { createHash } from "node:crypto";
import {
    AckPolicy,
    DeliverPolicy,
    JetStreamApiError,
    jetstreamManager,
    type JetStreamManager,
} from "@nats-io/jetstream";
import {
    createInbox,
    nanos,
    type Msg,
    type MsgHdrs,
    type NatsConnection,
    type Subscription,
} from "@nats-io/transport-node";

/**
 * A message of a stream, as it passes by. Each value is worked out when it is asked for. It must not be kept: it holds the buffer in which it
 * arrived, and with it a thousand other messages.
 */
export interface PassingMessage {
    readonly seq: number;
    /** The publisher's `Nats-Msg-Id`. */
    readonly id: string | undefined;
    /** Stream and sequence that it was sourced from: "ORDERS_MIRROR 17". */
    readonly source: string | undefined;
    readonly subject: string;
    readonly data: Uint8Array;
    /** When it was stored, as its stream says. */
    readonly time: Date;
}

/** Takes the messages of a stream one by one, in order. */
export type Visit = (message: PassingMessage) => void;

/**
 * Reads messages `from` (a sequence, or a time) … `to` of a stream, in order, and holds none of them. Returns the sequence up to which it read:
 * the copy that is read may lag behind the one that told `to`. It leaves nothing behind.
 */
export async function readMessages(
    connection: NatsConnection,
    stream: string,
    from: number | Date,
    to: number,
    visit: Visit,
): Promise<number> {
    const reached = typeof from === "number" ? from - 1 : 0;
    if (to <= reached) return reached;
    const manager = await jetstreamManager(connection, { timeout: 5_000, checkAPI: false });
    const { config, state } = await manager.streams.info(stream);
    const bySequence = () => readBySequence({ manager, stream, first: state.first_seq }, from, to, visit);
    // A consumer takes the messages of a work queue, and holds back those of an interest stream.
    if (config.retention !== "limits") return bySequence();
    const end = await readByConsumer({ connection, manager, stream }, from, to, visit).catch((error: unknown) => {
        // Stream or account have as many consumers as they may have.
        if (error instanceof JetStreamApiError && error.code === maximumConsumers) return undefined;
        throw error;
    });
    if (end === undefined) return bySequence();
    // The last ones may be removed, by their own lifetime or by hand: the leader knows.
    const isWhole = end < to && to <= state.last_seq && (await nextAfter(manager, stream, end)) > to;
    return isWhole ? to : end;
}

/** Sequence of the first message after one, as the leader says; infinity if there is none. */
async function nextAfter(manager: JetStreamManager, stream: string, seq: number): Promise<number> {
    const next = await manager.streams.getMessage(stream, firstFrom(seq + 1));
    return next?.seq ?? Number.POSITIVE_INFINITY;
}

/** Reads `from` … `to`; that a copy ends before `to` is an error. */
export async function readAll(
    connection: NatsConnection,
    stream: string,
    from: number,
    to: number,
    visit: Visit,
): Promise<void> {
    const reached = await readMessages(connection, stream, from, to, visit);
    if (from <= to && reached < to) throw new Error(`${stream}: read up to ${reached} of ${to}; run it again`);
}

/** A digest of what tells one message from another, its place apart: identifier or, without one, `otherwise`, and subject and payload. */
export function digestOf({ id, subject, data }: PassingMessage, otherwise = ""): Buffer {
    return createHash("sha256")
        .update(`${id ?? otherwise}\n${subject}\n`)
        .update(data)
        .digest();
}

/** The server's error code. */
const maximumConsumers = 10026;

/** Heartbeats, one a second, after which a copy that says that it has more to send is taken for one that has not. */
const idleLimit = 20;

/**
 * The server pushes: pulling asks `CONSUMER.MSG.NEXT.<stream>`, which the standby's mappings turn to the mirror, so a
 * pull of the origin from there would read the wrong stream.
 */
async function readByConsumer(
    { connection, manager, stream }: { connection: NatsConnection; manager: JetStreamManager; stream: string },
    from: number | Date,
    to: number,
    visit: Visit,
): Promise<number> {
    let reached = typeof from === "number" ? from - 1 : 0;
    const inbox = createInbox();
    const subscription = connection.subscribe(inbox);
    const settings = {
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
    };
    const consumer = await manager.consumers.add(stream, settings).catch((error: unknown) => {
        subscription.unsubscribe();
        throw error;
    });
    const watchdog = silenceWatchdog(subscription, stream);
    let pending = consumer.num_pending;
    let idle = 0;
    try {
        for await (const message of subscription) {
            watchdog.heard();
            // Every other message has a reply subject, and its headers may never be asked for.
            if (!message.reply?.startsWith("$JS.ACK.")) {
                // With a reply it is flow control, and the server waits for the answer.
                if (message.reply) {
                    message.respond();
                    continue;
                }
                if (message.headers?.code !== 100)
                    throw new Error(`reading ${stream}: ${message.headers?.description || "an unknown status"}`);
                // A heartbeat. It also comes while the server waits for a reader that is slow or far away, and names that wait.
                const awaited = message.headers.get("Nats-Consumer-Stalled");
                if (awaited) connection.publish(awaited);
                idle += 1;
                if (pending === 0 || idle > idleLimit) break;
                continue;
            }
            const passing = new PushedMessage(message);
            pending = passing.pending;
            idle = 0;
            if (passing.seq <= to) visit(passing);
            reached = Math.min(passing.seq, to);
            if (passing.seq >= to) break;
        }
        watchdog.end();
        return reached;
    } finally {
        watchdog.stop();
        subscription.unsubscribe();
        await manager.consumers.delete(stream, consumer.name).catch(() => false);
    }
}

/** Requests on their way at once, so that a far region costs its distance once for all of them. */
const atOnce = 64;

/** The leader gives each message by its sequence, and nothing changes. */
async function readBySequence(
    { manager, stream, first }: { manager: JetStreamManager; stream: string; first: number },
    from: number | Date,
    to: number,
    visit: Visit,
): Promise<number> {
    const notBefore = typeof from === "number" ? undefined : from;
    let at = Math.max(first, typeof from === "number" ? from : 1);
    while (at <= to) {
        const sequences = Array.from({ length: Math.min(atOnce, to - at + 1) }, (_, index) => at + index);
        const found = await Promise.all(sequences.map((seq) => manager.streams.getMessage(stream, { seq })));
        for (const message of found) {
            if (!message || (notBefore && message.time < notBefore)) continue;
            const { seq, subject, data, time } = message;
            visit({ seq, subject, data, time, ...identityOf(message.header) });
        }
        at += sequences.length;
        if (at <= to && found.every((message) => !message)) {
            // Nothing for a while: where does it go on?
            at = await nextAfter(manager, stream, at - 1);
        }
    }
    return to;
}

/** The API's request for the first message from a sequence on; the client's type lacks it. */
function firstFrom(seq: number): { seq: number } {
    return { seq, next_by_subj: ">" } as { seq: number };
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

/** A message that a consumer was sent; its place stands in its reply subject. */
class PushedMessage implements PassingMessage {
    readonly seq: number;
    readonly pending: number;
    private readonly nanoseconds: number;

    /**
     * The reply subject is $JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<consumer's sequence>.<nanoseconds>.<pending>, or the
     * longer form with domain and account.
     */
    constructor(private readonly message: Msg) {
        const parts = (message.reply ?? "").split(".");
        const [seq, , nanoseconds, pending] = parts.slice(parts.length > 9 ? 7 : 5).map(Number);
        if (seq === undefined || !Number.isInteger(seq))
            throw new Error(`not a message of a stream: its reply subject is ${message.reply}`);
        this.seq = seq;
        this.nanoseconds = nanoseconds ?? 0;
        this.pending = pending ?? 0;
    }

    get subject(): string {
        return this.message.subject;
    }

    get data(): Uint8Array {
        return this.message.data;
    }

    get time(): Date {
        return new Date(this.nanoseconds / 1_000_000);
    }

    get id(): string | undefined {
        return identityOf(this.message.headers).id;
    }

    get source(): string | undefined {
        return identityOf(this.message.headers).source;
    }
}

function identityOf(headers: MsgHdrs | undefined): Pick<PassingMessage, "id" | "source"> {
    const source = headers?.get("Nats-Stream-Source").split(" ").slice(0, 2).join(" ");
    return { id: headers?.get("Nats-Msg-Id") || undefined, source: source || undefined };
}
