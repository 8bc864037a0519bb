import * as net from "node:net";

/** A TCP proxy on one link, which can be slowed or cut: for what a network does that a process does not. */
export class LinkProxy {
    private readonly sockets = new Set<net.Socket>();
    private delayMs = 0;
    private open = true;
    private turn = 0;

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

    mend(): void {
        this.open = true;
    }

    close(): Promise<void> {
        this.cut();
        return new Promise((resolve) => this.server.close(() => resolve()));
    }

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
        this.sockets.add(from);
        from.setNoDelay(true);
        const later = (action: () => void) => {
            if (this.delayMs === 0) action();
            else setTimeout(action, this.delayMs).unref();
        };
        from.on("data", (chunk) => later(() => void (to.destroyed || to.write(chunk))));
        from.on("error", () => to.destroy());
        from.on("close", () => {
            this.sockets.delete(from);
            later(() => to.destroy());
        });
    }
}
