import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { setTimeout as delay } from "node:timers/promises";
import { idOf } from "./numberedMessages";

/**
 * Works off a durable consumer as an application does: by the names it has always used, acknowledging each message, and
 * going on after every error. It never learns of servers or regions.
 */
export class DurableConsumer {
    /** How often each identifier was received. */
    readonly received = new Map<string, number>();
    /** Times of first receipts (performance.now), in order. */
    readonly firstReceipts: number[] = [];
    private running = true;
    private done: Promise<void> | undefined;

    constructor(
        private readonly connection: NatsConnection,
        private readonly stream: string,
        private readonly durable: string,
    ) {}

    start(): void {
        this.done = this.run();
    }

    async stop(): Promise<void> {
        this.running = false;
        await this.done;
    }

    private async run(): Promise<void> {
        while (this.running) {
            try {
                const consumer = await jetstream(this.connection, { timeout: 1_000 }).consumers.get(
                    this.stream,
                    this.durable,
                );
                // Also after an error of the server: the next look asks whoever answers by then.
                while (this.running) {
                    const batch = await consumer.fetch({ max_messages: 200, expires: 1_000 });
                    for await (const message of batch) {
                        this.take(message.string());
                        message.ack();
                    }
                }
            } catch {
                await delay(100);
            }
        }
    }

    private take(payload: string): void {
        const id = idOf(payload);
        if (id === undefined) return;
        const times = this.received.get(id) ?? 0;
        if (times === 0) this.firstReceipts.push(performance.now());
        this.received.set(id, times + 1);
    }
}
