import type { NatsConnection } from "@nats-io/transport-node";
import type { StreamProfile } from "../../../components/model/profile";
import { Publisher } from "../../../testbed/nats/publisher";
import { waitFor } from "../../../testbed/nats/waitFor";
import type { DrillRun } from "../../kit/drillRun";
import type { BackupEnvironment } from "../../kit/environments/backup";
import { clientSubject } from "../../kit/load/clientSubject";
import { consume, createDurables, pictures, type StreamPicture } from "./streams";

/**
 * Messages a second that each stream's client publishes from the second backup until the loss. As many as the servers take
 * would measure the machine: what is read, compared and lost would grow with the time that a busy one needs for the steps between.
 */
const tailPerSecond = 100;

/** Publishers and a durable consumer for each stream of the region that is backed up. */
export class BackupClients {
    /** One a stream, as many messages as they are told. */
    readonly publishers: Publisher[] = [];
    /** One a stream, from the second backup until the loss. */
    readonly trickle: Publisher[] = [];
    private readonly gone = new AbortController();
    private trickling: Promise<void>[] = [];
    private observer!: NatsConnection;

    private constructor(
        private readonly run: DrillRun,
        private readonly environment: BackupEnvironment,
    ) {
        // A client goes on trying until it is ended, and so does a connection to servers that are gone.
        run.defer(() => this.abort());
        run.signal.addEventListener("abort", () => this.abort(), { once: true });
    }

    static async start(run: DrillRun, environment: BackupEnvironment): Promise<BackupClients> {
        const clients = new BackupClients(run, environment);
        clients.observer = await clients.connect("observer");
        for (const stream of clients.streams) clients.publishers.push(await clients.client(stream, "main"));
        await createDurables(clients.observer, clients.streams);
        return clients;
    }

    /** Publishes until each stream has that many messages of the first clients. */
    async publish(upTo: number): Promise<void> {
        await Promise.all(this.publishers.map((publisher) => publisher.run(upTo)));
    }

    /** Lets the durable of each stream acknowledge that many more messages. */
    consume(count: number): Promise<void> {
        return consume(this.observer, this.streams, count, this.run.signal);
    }

    /** Every stream as it is now. */
    pictures(): Promise<StreamPicture[]> {
        return pictures(this.observer, this.streams, this.run.signal);
    }

    /** Starts clients that publish without a pause, until `end`. */
    async startTrickle(): Promise<void> {
        for (const stream of this.streams)
            this.trickle.push(await this.client(stream, "tail", { window: 1, perSecond: tailPerSecond }));
        this.trickling = this.trickle.map((publisher) => publisher.run(Number.MAX_SAFE_INTEGER));
    }

    /** Waits until each of those has that many more acknowledgements. */
    async trickled(more: number): Promise<void> {
        const wanted = this.trickle.map((publisher) => publisher.acked.size + more);
        await waitFor(
            `${more} more messages acknowledged`,
            () => this.trickle.every((publisher, index) => publisher.acked.size > wanted[index]!) || undefined,
            { signal: this.run.signal },
        );
    }

    /** Ends all clients; what is on its way is given up. */
    async end(): Promise<void> {
        this.abort();
        await Promise.all(this.trickling);
    }

    /** One message to each restored stream, and the streams as they are without it: writes are accepted again. */
    async afterCanary(writable: () => void): Promise<StreamPicture[]> {
        const { signal } = this.run;
        const connection = await this.connect("canary");
        const run = `${this.run.drill}-canary`;
        await Promise.all(
            this.streams.map((stream) =>
                new Publisher(connection, { run, subject: clientSubject(stream, "restore"), signal }).run(1),
            ),
        );
        writable();
        const all = await pictures(await this.connect("reader"), this.streams, signal);
        // It is at the sequence after the last one, and none of the recovered messages.
        return all.map((one) => {
            const messages = one.messages.filter((message) => !message.id?.startsWith(`${run}-`));
            return { ...one, messages, lastSeq: messages.at(-1)?.seq ?? 0 };
        });
    }

    private get streams(): readonly StreamProfile[] {
        return this.run.profile.streams;
    }

    private async client(
        stream: StreamProfile,
        part: string,
        pace: { readonly window?: number; readonly perSecond?: number } = {},
    ): Promise<Publisher> {
        return new Publisher(await this.connect(`${part}-${stream.name}`), {
            run: `${this.run.drill}-${part}-${stream.name}`,
            subject: clientSubject(stream, "restore"),
            ...pace,
            signal: this.gone.signal,
        });
    }

    private async connect(name: string): Promise<NatsConnection> {
        const connection = await this.environment.connect(name);
        this.run.defer(() => connection.close().catch(() => undefined));
        return connection;
    }

    private abort(): void {
        for (const one of [...this.publishers, ...this.trickle]) one.stop();
        this.gone.abort();
    }
}
