import type { StreamProfile } from "../../../components/model/profile";
import { connectTo } from "../../../testbed/nats/client";
import { DurableConsumer } from "../../../testbed/nats/durableConsumer";
import { LinkProxy } from "../../../testbed/nats/linkProxy";
import { tallyStream, type MessageAccount, type MessageTally } from "../../../testbed/nats/messageAccount";
import type { Member } from "../../../testbed/nats/natsWorld";
import { longestGap, Publisher } from "../../../testbed/nats/publisher";
import { inTime, waitFor } from "../../../testbed/nats/waitFor";
import { unreplicated, type Unreplicated } from "../checkers/messages";
import type { Refusals } from "../checkers/takeover";
import { eventSeconds, type SuperCluster } from "../environments/superCluster";
import type { DrillRun } from "../drillRun";
import { clientSubject } from "./clientSubject";

/** The durable that the applications of the rehearsal share; it exists before they start. */
export const workerDurable = "worker";

/** Messages that each publisher has on their way at once. */
export const publishWindow = 16;

/** The clients of one stream. They know one address and one subject, and are never changed. */
export interface StreamClients {
    readonly stream: StreamProfile;
    readonly run: string;
    readonly subject: string;
    readonly publisher: Publisher;
    readonly consumer: DurableConsumer;
}

/** A publisher and a durable consumer for each stream of the system, on one address that leads to the serving region. */
export class Traffic {
    private readonly publishing: Promise<void>[] = [];

    private constructor(
        private readonly run: DrillRun,
        private readonly cluster: SuperCluster,
        private readonly address: LinkProxy,
        readonly clients: readonly StreamClients[],
    ) {
        for (const { publisher } of clients) this.publishing.push(publisher.run(Number.POSITIVE_INFINITY));
    }

    /** Creates the durables in the primary and starts a publisher and a consumer for each stream; ready once they run. */
    static async start(run: DrillRun, cluster: SuperCluster, perSecond: number): Promise<Traffic> {
        const manager = await cluster.manager(cluster.primary);
        for (const stream of run.profile.streams) {
            const durable = {
                durable_name: workerDurable,
                ack_policy: "explicit",
                ack_wait: 5_000_000_000,
                max_ack_pending: 1_000,
            } as const;
            // A busy server may leave a call unanswered; the same one again changes nothing.
            await waitFor(
                `the durable ${workerDurable} of ${stream.name}`,
                () => manager.consumers.add(stream.name, durable),
                { seconds: eventSeconds, signal: run.signal },
            );
        }
        const traffic = await Traffic.publish(run, cluster, perSecond, { at: cluster.primary });
        for (const { consumer } of traffic.clients) consumer.start();
        return traffic;
    }

    /**
     * Starts a publisher for each stream, without consumers.
     *
     * @param name tells the messages of these clients from those of others @default the only ones
     * @param at the region that they are led to first
     */
    static async publish(
        run: DrillRun,
        cluster: SuperCluster,
        perSecond: number,
        { name, at }: { readonly name?: string; readonly at: Member },
    ): Promise<Traffic> {
        const { signal } = run;
        const proxy = await LinkProxy.start(...clientPorts(at));
        run.defer(() => proxy.close());
        const connect = async (client: string) =>
            cluster.keep(await connectTo([{ url: `nats://127.0.0.1:${proxy.port}` }], () => cluster.login(), client));
        const clients: StreamClients[] = [];
        for (const stream of run.profile.streams) {
            const subject = clientSubject(stream, "rehearsal");
            const id = [run.drill, name, stream.name].filter((part) => part !== undefined).join("-");
            const pace = { run: id, subject, window: publishWindow, perSecond, signal };
            clients.push({
                stream,
                run: id,
                subject,
                publisher: new Publisher(await connect(`publisher ${stream.name}`), pace),
                consumer: new DurableConsumer(await connect(`consumer ${stream.name}`), stream.name, workerDurable),
            });
        }
        run.simulated("the clients' way to a region: one address that leads to another region at once");
        const traffic = new Traffic(run, cluster, proxy, clients);
        run.defer(() => traffic.abandon());
        return traffic;
    }

    /** Leads the clients' address to a region: what DNS and the region's own Service do. */
    pointTo(member: Member): void {
        this.address.retarget(...clientPorts(member));
    }

    /** Waits until each of the clients, all of them by default, has that many more acknowledgements. */
    async acknowledged(more: number, clients: readonly StreamClients[] = this.clients): Promise<void> {
        const wanted = clients.map(({ publisher }) => publisher.acked.size + more);
        await waitFor(
            `${more} more acknowledgements in each stream`,
            () => {
                const found = clients.map(({ publisher }) => publisher.acked.size);
                if (found.every((count, index) => count >= (wanted[index] ?? 0))) return true;
                throw new Error(`${found.join(" and ")} of ${wanted.join(" and ")}`);
            },
            { seconds: eventSeconds, signal: this.run.signal },
        );
    }

    /**
     * Leads the clients to a region that no one has promoted, and waits until it has refused every publisher. Returns whether it
     * did, and how many messages that were begun after the loss it acknowledged all the same.
     */
    async refusedBy(member: Member, lostAt: number): Promise<Refusals> {
        const { signal } = this.run;
        const refusals = () =>
            this.clients.map(({ publisher }) => publisher.refusalsOf(/JetStreamNotEnabled|NoResponders/));
        const before = refusals();
        this.pointTo(member);
        const refused = await inTime(
            "the standby to refuse writes",
            () => refusals().every((count, index) => count > (before[index] ?? 0)) || undefined,
            { seconds: eventSeconds, signal },
        );
        // An answer to a message that was begun before the loss may have been on its way, and be read late.
        const acknowledged = this.clients.reduce(
            (sum, { publisher }) => sum + publisher.ackedOfThoseBegunAfter(lostAt),
            0,
        );
        return { refused: refused === true, acknowledged };
    }

    /** Whether every publisher has a message acknowledged that it begins from now on, within so many seconds. */
    async takesWrites(seconds: number): Promise<boolean> {
        const { signal } = this.run;
        const asked = performance.now();
        const all = () =>
            this.clients.every(({ publisher }) => publisher.ackedOfThoseBegunAfter(asked) > 0) || undefined;
        return (await inTime("a new message acknowledged in each stream", all, { seconds, signal })) === true;
    }

    /** Lets the publishers finish what they began. */
    async finish(): Promise<void> {
        for (const { publisher } of this.clients) publisher.stop();
        await Promise.all(this.publishing);
    }

    /** The same, and lets the consumers work it off for at most as long as an event may take. */
    async settle(): Promise<void> {
        const { signal } = this.run;
        await this.finish();
        await inTime(
            "every acknowledged message received",
            () =>
                this.clients.every(({ publisher, consumer }) =>
                    [...publisher.acked.keys()].every((id) => consumer.received.has(id)),
                ) || undefined,
            { seconds: eventSeconds, signal },
        );
    }

    /** Compares a stream of each client with what was acknowledged, as a region's servers hold it now. */
    async tally(
        member: Member,
        nameOf: (stream: StreamProfile) => string = ({ name }) => name,
    ): Promise<ReadonlyMap<string, MessageTally>> {
        const reader = await this.cluster.connect(member, "reader");
        const tallies = new Map<string, MessageTally>();
        for (const { stream, publisher, run, subject } of this.clients)
            tallies.set(stream.name, await tallyStream(reader, nameOf(stream), publisher, { run, subject }));
        return tallies;
    }

    /** The same as accounts, in the order of the clients. */
    async accounts(member: Member): Promise<MessageAccount[]> {
        const tallies = await this.tally(member);
        return this.clients.map(({ stream }) => tallies.get(stream.name)!.account);
    }

    /** What was acknowledged up to the loss and a survivor lacks, by client. */
    unreplicated(lostAt: number, survivor: ReadonlyMap<string, MessageTally>): Unreplicated[] {
        return this.clients.map(({ stream, publisher }) =>
            unreplicated(publisher.acked, lostAt, (id) => survivor.get(stream.name)?.has(id) ?? false),
        );
    }

    /** The longest time without an acknowledgement in any stream from that moment (performance.now) on, in seconds. */
    longestGapSince(moment: number): number {
        return Math.max(...this.clients.map(({ publisher }) => longestGap(publisher.acked.values(), moment).seconds));
    }

    private abandon(): void {
        for (const { publisher, consumer } of this.clients) {
            publisher.abandon();
            void consumer.stop();
        }
    }
}

function clientPorts(member: Member): number[] {
    return member.servers.map((server) => server.local.clientPort);
}
