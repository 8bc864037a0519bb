import * as net from "node:net";

/** How long a lost segment takes to be sent again, in milliseconds: what TCP waits at least (RFC 6298 says 1 s, Linux takes 200 ms). */
const retransmissionMs = 200;

/** One direction of a connection: what was read of one socket and is on its way to the other, in order. */
class Direction {
    private readonly queue: { readonly due: number; readonly action: () => void }[] = [];
    private timer: NodeJS.Timeout | undefined;

    constructor(private readonly link: { readonly silent: boolean; readonly delay: () => number }) {}

    /** Passes on after the link's delay, and never before what was sent earlier. */
    send(action: () => void): void {
        const due = Math.max(performance.now() + this.link.delay(), this.queue.at(-1)?.due ?? 0);
        this.queue.push({ due, action });
        this.flush();
    }

    flush(): void {
        clearTimeout(this.timer);
        while (!this.link.silent) {
            const [next] = this.queue;
            if (next === undefined) return;
            const early = next.due - performance.now();
            if (early > 0) {
                this.timer = setTimeout(() => this.flush(), early);
                this.timer.unref();
                return;
            }
            this.queue.shift();
            next.action();
        }
    }
}

/** A TCP proxy on one link, which can be slowed, made lossy, silenced or cut: for what a network does that a process does not. */
export class LinkProxy {
    private readonly sockets = new Set<net.Socket>();
    private readonly directions = new Set<Direction>();
    private delayMs = 0;
    private loss: { readonly share: number; readonly random: () => number } | undefined;
    private open = true;
    private turn = 0;
    /** Whether nothing passes, though connections stand. */
    silent = false;

    private constructor(
        private readonly server: net.Server,
        readonly port: number,
        private targets: readonly number[],
    ) {}

    /** Listens on a port of its own and passes everything on to 127.0.0.1: to the targets in turn. */
    static async start(...targets: number[]): Promise<LinkProxy> {
        const server = net.createServer();
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject);
            server.listen({ port: 0, host: "127.0.0.1" }, resolve);
        });
        const proxy = new LinkProxy(server, (server.address() as net.AddressInfo).port, targets);
        server.on("connection", (incoming) => proxy.join(incoming));
        return proxy;
    }

    /** Adds a one-way delay, in milliseconds, to everything sent from now on. */
    slow(delayMs: number): void {
        this.delayMs = delayMs;
    }

    /**
     * Loses that share of what is sent from now on. TCP sends it again, so a reader sees no gap: it waits, and so does all that
     * comes after it. The wait is a retransmission timeout, doubled for each further loss of the same piece.
     */
    lose(share: number, random: () => number): void {
        this.loss = share > 0 ? { share, random } : undefined;
    }

    /** Leads to other targets from now on, as a name does whose record was changed; open connections end. */
    retarget(...targets: number[]): void {
        this.targets = targets;
        for (const socket of this.sockets) socket.destroy();
    }

    /** Ends all connections and refuses new ones, until `mend`. */
    cut(): void {
        this.open = false;
        for (const socket of this.sockets) socket.destroy();
    }

    /** Passes nothing on until `mend`, and ends no connection: a partition as its two sides see it. */
    silence(): void {
        this.silent = true;
    }

    /** Ends `cut` and `silence`; what was sent in a silence arrives now, as TCP's retransmissions would. */
    mend(): void {
        this.open = true;
        this.silent = false;
        for (const direction of this.directions) direction.flush();
    }

    close(): Promise<void> {
        this.cut();
        return new Promise((resolve) => this.server.close(() => resolve()));
    }

    /** The delay of one piece of data, in milliseconds. */
    readonly delay = (): number => {
        let penalty = 0;
        if (this.loss)
            for (let wait = retransmissionMs; this.loss.random() < this.loss.share && penalty < 10_000; wait *= 2)
                penalty += wait;
        return this.delayMs + penalty;
    };

    private join(incoming: net.Socket): void {
        const target = this.targets[this.turn++ % this.targets.length];
        if (!this.open || target === undefined) {
            incoming.destroy();
            return;
        }
        const outgoing = net.connect({ port: target, host: "127.0.0.1" });
        this.pass(incoming, outgoing);
        this.pass(outgoing, incoming);
    }

    private pass(from: net.Socket, to: net.Socket): void {
        const direction = new Direction(this);
        this.directions.add(direction);
        this.sockets.add(from);
        from.setNoDelay(true);
        from.on("data", (chunk) => direction.send(() => void (to.destroyed || to.write(chunk))));
        from.on("error", () => undefined);
        from.on("close", () => {
            this.sockets.delete(from);
            direction.send(() => {
                this.directions.delete(direction);
                to.destroy();
            });
        });
    }
}
