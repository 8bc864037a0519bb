import { setTimeout as delay } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/transport-node";
import type { StreamConfig } from "../../components/nats/natsStreamConfig";

/** What the JetStream API says of a stream. */
export interface StreamInfo {
    readonly config: StreamConfig;
    readonly state: {
        readonly messages: number;
        readonly first_seq: number;
        readonly last_seq: number;
        readonly last_ts?: string;
    };
    /** Of a mirror: when it last heard from its origin, in nanoseconds; -1 means never. */
    readonly mirror?: { readonly name: string; readonly active: number };
    readonly cluster?: {
        readonly name?: string;
        readonly leader?: string;
        readonly replicas?: readonly Replica[];
    };
}

/** What a stream's leader says of another server that holds the stream. */
export interface Replica {
    readonly name: string;
    /** It has all that the leader has applied: under load a follower lacks an operation or two at almost every look. */
    readonly current: boolean;
    readonly offline?: boolean;
    /** Since the leader last heard from it, in nanoseconds. */
    readonly active?: number;
    /** Operations that it lacks. */
    readonly lag?: number;
}

/** What the JetStream API says of a durable consumer. */
export interface ConsumerInfo {
    readonly name: string;
    readonly config: Readonly<Record<string, unknown>> & { readonly durable_name?: string };
    readonly ack_floor: { readonly stream_seq: number };
}

/** Error codes of the server that recovery meets and knows what to do with. */
export const errorCodes = {
    streamNotFound: 10059,
    consumerNotFound: 10014,
    streamNameTaken: 10058,
    messageNotFound: 10037,
} as const;

/** The API answered, and said no. */
export class StreamApiError extends Error {
    override readonly name = "StreamApiError";

    constructor(
        call: string,
        readonly code: number,
        readonly errorCode: number,
        description: string,
    ) {
        super(`${call}: ${description} (${errorCode})`);
    }
}

export interface StreamApiOptions {
    /** How long one call waits for its answer, in milliseconds. @default 2000 */
    readonly patienceMs?: number;
    readonly signal?: AbortSignal;
}

/**
 * Calls of the JetStream API, each made once and with the whole of a stream's settings. Client libraries merge an
 * update into what `STREAM.INFO` answers, which drops no key and needs the stream to be online: a fence has neither.
 */
export class StreamApi {
    constructor(
        readonly connection: NatsConnection,
        private readonly options: StreamApiOptions = {},
    ) {}

    get signal(): AbortSignal | undefined {
        return this.options.signal;
    }

    /** The stream, or undefined if there is none; an offline stream does not answer. */
    async info(name: string): Promise<StreamInfo | undefined> {
        return this.call(`STREAM.INFO.${name}`).catch(absent(errorCodes.streamNotFound));
    }

    /** The stream; that it is absent is an error. */
    async existing(name: string): Promise<StreamInfo> {
        const info = await this.info(name);
        if (!info) throw new Error(`stream ${name} does not exist: create the streams with their job first`);
        return info;
    }

    /** Every stream of the account. A list that lacks those whose leaders do not answer is an error, not all of them. */
    async all(): Promise<StreamInfo[]> {
        const found: StreamInfo[] = [];
        for (;;) {
            const page = await this.call<{ total: number; streams?: StreamInfo[]; missing?: string[] }>("STREAM.LIST", {
                offset: found.length,
            });
            if (page.missing?.length) throw new Error(`no answer from streams ${page.missing.join(", ")}`);
            found.push(...(page.streams ?? []));
            if (found.length >= page.total || !page.streams?.length) return found;
        }
    }

    /** The last message of a subject; undefined if there is none, or no such stream. */
    async lastMessage(stream: string, subject: string): Promise<Buffer | undefined> {
        const found = await this.call<{ message: { data?: string } }>(`STREAM.MSG.GET.${stream}`, {
            last_by_subj: subject,
        })
            .catch(absent(errorCodes.messageNotFound))
            .catch(absent(errorCodes.streamNotFound));
        return found && Buffer.from(found.message.data ?? "", "base64");
    }

    /** When a message was stored, to the nanosecond, and its subject; undefined if it is not there (any more). */
    async messageAt(
        stream: string,
        seq: number,
    ): Promise<{ readonly time: string; readonly subject: string } | undefined> {
        const found = await this.call<{ message: { time: string; subject: string } }>(`STREAM.MSG.GET.${stream}`, {
            seq,
        }).catch(absent(errorCodes.messageNotFound));
        return found && { time: found.message.time, subject: found.message.subject };
    }

    create(config: StreamConfig): Promise<StreamInfo> {
        return this.call(`STREAM.CREATE.${config.name}`, config);
    }

    update(config: StreamConfig): Promise<StreamInfo> {
        return this.call(`STREAM.UPDATE.${config.name}`, config);
    }

    async remove(name: string): Promise<void> {
        await this.call(`STREAM.DELETE.${name}`).catch(absent(errorCodes.streamNotFound));
    }

    /** All durable consumers of a stream. A list that lacks those whose leaders do not answer is an error, not all of them. */
    async durables(stream: string): Promise<ConsumerInfo[]> {
        const found: ConsumerInfo[] = [];
        for (;;) {
            const page = await this.call<{ total: number; consumers?: ConsumerInfo[]; missing?: string[] }>(
                `CONSUMER.LIST.${stream}`,
                {
                    offset: found.length,
                },
            );
            if (page.missing?.length) throw new Error(`${stream}: no answer from consumers ${page.missing.join(", ")}`);
            found.push(...(page.consumers ?? []));
            if (found.length >= page.total || !page.consumers?.length)
                return found.filter((consumer) => consumer.config.durable_name);
        }
    }

    async createDurable(stream: string, durable: string, config: Readonly<Record<string, unknown>>): Promise<void> {
        await this.call(`CONSUMER.DURABLE.CREATE.${stream}.${durable}`, {
            stream_name: stream,
            config: { ...config, durable_name: durable },
        });
    }

    async removeDurable(stream: string, durable: string): Promise<void> {
        await this.call(`CONSUMER.DELETE.${stream}.${durable}`).catch(absent(errorCodes.consumerNotFound));
    }

    private async call<T = StreamInfo>(call: string, body?: unknown): Promise<T> {
        const reply = await this.connection.request(`$JS.API.${call}`, body === undefined ? "" : JSON.stringify(body), {
            timeout: this.options.patienceMs ?? 2_000,
        });
        const answer = reply.json<T & { error?: { code: number; err_code?: number; description?: string } }>();
        if (answer.error) {
            const { code, err_code: errorCode, description } = answer.error;
            throw new StreamApiError(call, code, errorCode ?? 0, description ?? "no reason given");
        }
        return answer;
    }
}

function absent(code: number) {
    return (error: unknown): undefined => {
        if (error instanceof StreamApiError && error.errorCode === code) return undefined;
        throw error;
    };
}

export interface RetryOptions {
    /** How long to go on, in seconds. @default 300 */
    readonly seconds?: number;
    /** Pause between two tries, in milliseconds. @default 250 */
    readonly everyMs?: number;
    readonly signal?: AbortSignal;
    /** Told of every try that failed. */
    readonly onRefusal?: (reason: string) => void;
}

/**
 * Makes a call until it succeeds. After the loss of a region calls fail for seconds, until the meta group has a new
 * leader, and a call that timed out may have been carried out: what is retried here must bear that.
 */
export async function untilDone<T>(what: string, attempt: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
    const seconds = options.seconds ?? 300;
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
        options.signal?.throwIfAborted();
        try {
            return await attempt();
        } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            options.onRefusal?.(reason);
            if (performance.now() >= deadline) {
                throw new Error(`${what}: not done within ${seconds} s; the last answer was: ${reason}`, {
                    cause: error,
                });
            }
        }
        await delay(options.everyMs ?? 250, undefined, { signal: options.signal });
    }
}
